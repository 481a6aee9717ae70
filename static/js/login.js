/* Logging in again without leaving what is being written. portal.js tells when the session has ended ("s3:utloggad")
   or something is saved again ("s3:sparat"), and is told when somebody has logged in here ("s3:inloggad"). Without this file the line that tells what is saved
   leads to the login in a new tab. Works under script-src 'self'. */
(function () {
  "use strict";

  var dialog = document.getElementById("logga-in");
  if (!dialog || !dialog.showModal || !window.fetch) return;
  var form = dialog.querySelector("form");
  var told = dialog.querySelector("[data-told]");
  var onwards = dialog.querySelector("[data-onwards]");
  var address = form.getAttribute("action");

  // The dialog takes focus: never from somebody in the middle of a word. Who has waved it away opens it by button.
  var PAUSE = 1500;
  var LOGGED_IN = "inloggad";
  var typedAt = 0;
  var wavedAway = false;
  document.addEventListener("input", function () {
    typedAt = Date.now();
  });
  function open() {
    if (dialog.open || wavedAway) return;
    if (Date.now() - typedAt < PAUSE) window.setTimeout(open, PAUSE);
    else dialog.showModal();
  }
  document.addEventListener("s3:utloggad", open);
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-login], [data-close]") : null;
    if (!button) return;
    if (button.dataset.login !== undefined) dialog.showModal();
    else dialog.close();
  });
  // Somebody has logged in in another tab meanwhile: what was typed is saved, and there is nothing to ask.
  document.addEventListener("s3:sparat", function () {
    wavedAway = false;
    if (dialog.open) dialog.close(LOGGED_IN);
  });
  dialog.addEventListener("close", function () {
    wavedAway = dialog.returnValue !== LOGGED_IN;
    dialog.returnValue = "";
    form.elements.password.value = "";
    tell("");
  });

  function tell(words, goOn) {
    told.hidden = !words;
    told.querySelector("p").textContent = words;
    onwards.href = goOn || address + "?next=/";
  }

  function path(url) {
    return new URL(url, window.location.href).pathname;
  }

  // The login page has a fresh token; whoever is logged in already, in another tab, is led away from it.
  function readToken() {
    return window.fetch(address, { credentials: "same-origin" }).then(function (response) {
      if (path(response.url) !== path(address)) return "";
      return response.text().then(function (page) {
        var field = new DOMParser().parseFromString(page, "text/html").querySelector("input[name=csrfmiddlewaretoken]");
        return field.value;
      });
    });
  }

  function send(token) {
    var fields = new URLSearchParams(new FormData(form));
    return window.fetch(address, {
      method: "POST",
      body: fields,
      credentials: "same-origin",
      headers: { "X-CSRFToken": token, "X-Requested-With": "XMLHttpRequest" },
    });
  }

  function answer(response) {
    if (response.status !== 200 && response.status !== 400) throw new Error(String(response.status));
    return response.json().then(function (found) {
      if (response.status === 400) refused(found.form);
      else if (path(found.location) === form.elements.next.value) loggedIn();
      else oneMoreStep(found.location);
    });
  }
  function refused(found) {
    var errors = found.errors.slice();
    found.field_order.forEach(function (name) {
      errors = errors.concat(found.fields[name].errors);
    });
    tell(errors.join(" "));
    form.elements.password.value = "";
    form.elements.password.focus();
  }
  function oneMoreStep(where) {
    tell("Lösenordet stämmer. Ett steg till krävs: öppna det i en ny flik med länken här under och kom sedan tillbaka hit.", where);
    onwards.focus();
  }
  function loggedIn() {
    dialog.close(LOGGED_IN);
    document.dispatchEvent(new CustomEvent("s3:inloggad"));
  }

  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    readToken()
      .then(function (token) {
        return token ? send(token).then(answer) : loggedIn();
      })
      .catch(function () {
        tell("Det gick inte att logga in. Försök igen om en stund, eller logga in i en ny flik.");
      })
      .finally(function () {
        delete form.dataset.busy;
      });
  });
})();
