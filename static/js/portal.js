/* S3-portalen: the little that pages gain from script. Every page works without this file.
   No dependencies; htmx is only listened to. Works under script-src 'self'. */
(function () {
  "use strict";

  var LOGIN_PATH = "/konto/login/";

  // --- What is to be put right gets focus -----------------------------------------------------------------
  function focusSummary(root) {
    var summary = root.querySelector(".ds-error-summary");
    if (!summary) return;
    summary.focus();
    if (document.title.indexOf("Rätta: ") !== 0) document.title = "Rätta: " + document.title;
  }

  // A refusal that came with the page is in no live region: nothing would read it out.
  function focusRefusal() {
    if (document.querySelector(".ds-error-summary")) return;
    var refusal = document.querySelector('main [role="alert"], .s3-messages .ds-alert[data-color="danger"]');
    if (!refusal) return;
    refusal.tabIndex = -1;
    refusal.focus();
  }

  // --- Is it saved? ---------------------------------------------------------------------------------------
  // One line on the page, p#sparat (components/saved.html), tells how it stands with the form data-autosave.
  function clock() {
    var parts = new Intl.DateTimeFormat("sv-SE", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Stockholm" });
    return parts.format(new Date()).replace(":", ".");
  }

  function tell(state, words, link) {
    var line = document.getElementById("sparat");
    if (!line) return;
    var text = line.querySelector("[data-saved-text]");
    var note = line.querySelector("[data-saved-note]");
    line.dataset.state = state;
    text.textContent = words;
    if (link) text.append(" ", link);
    if (note) note.hidden = state === "fel";
  }

  function serverWords(xhr) {
    var words = xhr.getResponseHeader("HX-S3-Message");
    if (!words) return "";
    try {
      return decodeURIComponent(words);
    } catch (error) {
      return "";
    }
  }

  function sessionEnded(xhr) {
    if (xhr.status === 401) return true;
    return Boolean(xhr.responseURL) && new URL(xhr.responseURL).pathname === LOGIN_PATH;
  }

  // In a dialog on the page where it has one (components/login_dialog.html, login.js), else in a new tab.
  function loginLink() {
    var dialog = document.getElementById("logga-in");
    var link = document.createElement(dialog ? "button" : "a");
    if (dialog) {
      link.type = "button";
      link.className = "s3-linkbutton";
      link.dataset.login = "";
      link.textContent = "Logga in här";
    } else {
      link.href = LOGIN_PATH + "?next=" + encodeURIComponent("/");
      link.target = "_blank";
      link.textContent = "Logga in i en ny flik och kom tillbaka hit";
    }
    return link;
  }
  function tellLoggedOut() {
    var words = "Inte sparat: du har loggats ut. Det du skrivit finns kvar här på sidan och sparas när du har loggat in igen.";
    tell("fel", words, loginLink());
    document.dispatchEvent(new CustomEvent("s3:utloggad"));
  }

  function autosaved(event) {
    var config = event.detail.requestConfig;
    if (config && config.verb === "get") return null;
    // A button that was swapped away with its answer is no longer in the page, alone or with its form: the request
    // remembers it, and the event tells of the nearest that is left.
    var sources = [config && config.elt, event.detail.elt];
    for (var i = 0; i < sources.length; i += 1) {
      var form = sources[i] && sources[i].closest ? sources[i].closest("form[data-autosave]") : null;
      if (form) return form;
    }
    return null;
  }

  // --- Leaving with something unsaved ---------------------------------------------------------------------
  // version counts what has been typed; saved is the version the server has.
  var typed = new WeakMap();
  function stand(form) {
    if (!typed.has(form)) typed.set(form, { version: 0, saved: 0, sending: 0, underWay: 0, held: null });
    return typed.get(form);
  }
  function guarded(target) {
    return target && target.closest ? target.closest("form[data-guard], form[data-autosave]") : null;
  }

  document.addEventListener("input", function (event) {
    var form = guarded(event.target) || (event.target.form && guarded(event.target.form));
    if (form) stand(form).version += 1;
  });
  document.addEventListener("submit", function (event) {
    var form = guarded(event.target);
    if (form && !event.defaultPrevented) stand(form).saved = stand(form).version;
  });
  window.addEventListener("beforeunload", function (event) {
    var forms = document.querySelectorAll("form[data-guard], form[data-autosave]");
    for (var i = 0; i < forms.length; i += 1) {
      if (stand(forms[i]).version !== stand(forms[i]).saved) {
        event.preventDefault();
        return;
      }
    }
  });

  // --- Once more, by itself -------------------------------------------------------------------------------
  // What could not be saved is sent again: after a while and then ever more seldom, as soon as the network is
  // back, and when somebody who was logged out comes back to the page.
  var FIRST_WAIT = 3000;
  var LONGEST_WAIT = 60000;
  function again(form) {
    var here = stand(form);
    window.clearTimeout(here.timer);
    if (here.version === here.saved || here.underWay > 0 || !form.isConnected) return;
    form.dispatchEvent(new CustomEvent("forsok-igen"));
  }
  function againLater(form) {
    var here = stand(form);
    here.wait = Math.min(here.wait ? here.wait * 2 : FIRST_WAIT, LONGEST_WAIT);
    window.clearTimeout(here.timer);
    here.timer = window.setTimeout(again, here.wait, form);
  }
  function againNow() {
    document.querySelectorAll("form[data-autosave]").forEach(function (form) {
      // A text that the server has refused waits for the person, not for the network.
      if (stand(form).broken) again(form);
    });
  }
  document.addEventListener("s3:inloggad", function () {
    tell("sparat", "Du är inloggad igen.");
    againNow();
  });
  window.addEventListener("online", againNow);
  window.addEventListener("focus", againNow);
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) againNow();
  });

  // --- Autosave, then submit ------------------------------------------------------------------------------
  // Leaving the last field by pressing a button starts an autosave and a submit at the same moment. The submit
  // waits for the autosave's answer, which carries the new version: otherwise one would be in conflict with
  // oneself. Requests still queue one after the other, so the last text is always the one that is stored.
  var SETTLED = 80; // htmx sets the new version a moment after the answer
  var PATIENCE = 8000;
  document.addEventListener(
    "submit",
    function (event) {
      var form = event.target.closest ? event.target.closest("form[data-autosave]") : null;
      if (!form || stand(form).underWay === 0) return;
      event.preventDefault();
      event.stopPropagation();
      hold(form, event.submitter);
    },
    true
  );
  function hold(form, submitter) {
    var here = stand(form);
    if (here.held) return;
    var release = function () {
      if (!here.held) return;
      here.held = null;
      here.underWay = 0;
      form.requestSubmit(successor(form, submitter));
    };
    here.held = release;
    window.setTimeout(release, PATIENCE);
  }
  // A button beside the form, in what the autosave's answer has replaced, is pressed in its new shape: without
  // it the draft would be saved and not sent.
  function successor(form, submitter) {
    if (!submitter || submitter.isConnected) return submitter || undefined;
    var action = submitter.getAttribute("formaction");
    return Array.prototype.find.call(form.elements, function (button) {
      return button.type === "submit" && action && button.getAttribute("formaction") === action;
    });
  }
  function answered(form) {
    var here = stand(form);
    here.underWay = Math.max(0, here.underWay - 1);
    window.setTimeout(function () {
      if (here.underWay === 0 && here.held) here.held();
    }, SETTLED);
  }

  // --- Ticks beside the form ------------------------------------------------------------------------------
  // Leaving a field by ticking a box beside the form starts an autosave whose answer replaces the box, drawn
  // from what the form held before the tick. The tick is put back, or the draft would be sent without it.
  var ticks = new Map();
  function besideAutosaved(control) {
    if (control.type !== "checkbox" && control.type !== "radio") return false;
    return Boolean(control.form) && control.form.matches("form[data-autosave]") && !control.form.contains(control);
  }
  function tickKey(control) {
    return control.type + " " + control.name + (control.type === "checkbox" ? " " + control.value : "");
  }
  document.addEventListener("change", function (event) {
    var control = event.target;
    if (besideAutosaved(control)) ticks.set(tickKey(control), control.checked ? control.value : null);
  });
  function putTicksBack() {
    document.querySelectorAll("input[form]").forEach(function (control) {
      if (!besideAutosaved(control) || !ticks.has(tickKey(control))) return;
      control.checked = ticks.get(tickKey(control)) === control.value;
    });
  }
  document.addEventListener("htmx:afterSwap", putTicksBack);
  document.addEventListener("htmx:oobAfterSwap", putTicksBack);

  // --- Rows that are added and taken away -----------------------------------------------------------------
  // The answer replaces part of the form as it stood when the button was pressed. Until it comes nothing can
  // be typed there, so nothing can be typed in vain; focus is given back afterwards.
  function rowButton(event) {
    // When the answer is here the button may have been swapped away, alone or with its whole form. Then the
    // event tells of the nearest that is left, and the request remembers the button.
    var config = event.detail.requestConfig;
    var elements = [event.detail.elt, config && config.elt];
    for (var i = 0; i < elements.length; i += 1) {
      var form = elements[i] && elements[i].closest ? elements[i].closest("form[data-autosave]") : null;
      if (form && elements[i] !== form) return form;
    }
    return null;
  }
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = rowButton(event);
    if (!form) return;
    var active = document.activeElement;
    var section = active ? active.closest("section[aria-labelledby]") : null;
    stand(form).focus = active ? active.id : "";
    stand(form).section = section ? section.getAttribute("aria-labelledby") : "";
    form.inert = true;
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = rowButton(event);
    if (!form) return;
    form.inert = false;
    var before = document.getElementById(stand(form).focus || "");
    // The row that was taken away was the last: its button has no successor.
    var near = "section[aria-labelledby='" + stand(form).section + "'] button[name='lagg_till']";
    if (!before && stand(form).section) before = document.querySelector(near);
    if (!before) before = document.querySelector("form[data-autosave] button[name='lagg_till']");
    if (before && (!document.activeElement || document.activeElement === document.body)) before.focus();
  });

  // --- Pressed twice ---------------------------------------------------------------------------------------
  // The server knows a wish that comes twice; this spares both it and the network the second.
  var TWICE = 3000;
  var sent = new WeakSet();
  document.addEventListener("submit", function (event) {
    if (event.defaultPrevented) return;
    var form = event.target;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    window.setTimeout(function () {
      sent.delete(form);
    }, TWICE);
  });

  // --- CSRF -----------------------------------------------------------------------------------------------
  // Whoever was logged out and logs in again in another tab gets a new token; the cookie has it, the page not.
  function freshToken() {
    var found = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    return found ? found[1] : "";
  }
  document.addEventListener(
    "submit",
    function (event) {
      var token = freshToken();
      var field = event.target.querySelector("input[name=csrfmiddlewaretoken]");
      if (token && field) field.value = token;
    },
    true
  );

  // --- htmx -----------------------------------------------------------------------------------------------
  document.addEventListener("htmx:configRequest", function (event) {
    if (event.detail.verb === "get") return;
    var field = document.querySelector("input[name=csrfmiddlewaretoken]");
    var token = freshToken() || (field ? field.value : "");
    if (!token) return;
    event.detail.headers["X-CSRFToken"] = token;
    if (event.detail.parameters.csrfmiddlewaretoken) event.detail.parameters.csrfmiddlewaretoken = token;
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = autosaved(event);
    if (!form) return;
    stand(form).sending = stand(form).version;
    stand(form).underWay += 1;
    tell("sparar", "Sparar …");
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var xhr = event.detail.xhr;
    if (sessionEnded(xhr)) {
      // The login page must not be put into the middle of what someone is writing.
      event.detail.shouldSwap = false;
    } else if (xhr.status === 409 || xhr.status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = autosaved(event);
    if (!form) return;
    answered(form);
    var xhr = event.detail.xhr;
    stand(form).broken = xhr.status === 0 || xhr.status >= 500 || sessionEnded(xhr);
    if (xhr.status === 0) {
      tell("fel", "Inte sparat: ingen kontakt med servern. Det du skrivit finns kvar här och sparas när kontakten är tillbaka.");
      againLater(form);
    } else if (sessionEnded(xhr)) {
      tellLoggedOut();
    } else if (xhr.status >= 200 && xhr.status < 300) {
      stand(form).saved = stand(form).sending;
      stand(form).wait = 0;
      tell("sparat", "Sparat " + clock());
      document.dispatchEvent(new CustomEvent("s3:sparat"));
    } else if (xhr.status === 409) {
      tell("fel", "Inte sparat: " + (serverWords(xhr) || "någon annan har sparat samtidigt."));
    } else {
      tell("fel", "Inte sparat: " + (serverWords(xhr) || "något gick fel. Vi försöker igen om en stund."));
      if (xhr.status >= 500) againLater(form);
    }
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    // While someone types, focus stays where it is; after a submit the summary gets it.
    var form = event.detail.elt && event.detail.elt.closest && event.detail.elt.closest("form[data-autosave]");
    if (!form) focusSummary(event.detail.target || document);
  });

  // --- Buttons --------------------------------------------------------------------------------------------
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-print], [data-back]") : null;
    if (!button) return;
    if (button.dataset.print !== undefined) {
      window.print();
    } else {
      window.history.back();
    }
  });

  // --- One box for all the boxes of a list ----------------------------------------------------------------
  document.addEventListener("change", function (event) {
    var all = document.querySelector("[data-check-all]");
    if (!all || event.target.type !== "checkbox") return;
    var boxes = Array.from(document.getElementsByName(all.dataset.checkAll));
    if (event.target === all) {
      boxes.forEach(function (box) { box.checked = all.checked; });
    } else {
      all.checked = boxes.every(function (box) { return box.checked; });
    }
  });

  function start() {
    focusSummary(document);
    focusRefusal();
    // Hidden in the markup, since without script they would do nothing.
    document.querySelectorAll("[data-script-only]").forEach(function (element) {
      element.hidden = false;
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
