// Shows how far an upload has come, and keeps the page when it fails. Without this the form is sent as it is.
(() => {
  "use strict";
  const say = (form, text) => {
    form.querySelector("[data-upload-status]").textContent = text;
  };

  const send = (form, button) => {
    const bar = form.querySelector(".s3-upload");
    const progress = bar.querySelector("progress");
    const request = new XMLHttpRequest();
    const failed = (text) => {
      bar.hidden = true;
      button.disabled = false;
      say(form, text);
      button.focus();
    };
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = Math.round((100 * event.loaded) / event.total);
    });
    request.upload.addEventListener("load", () => say(form, "Filen kontrolleras …"));
    request.addEventListener("load", () => {
      if (request.status >= 500 || request.status === 413) {
        failed("Filen kunde inte tas emot. Kontrollera storleken och försök igen.");
        return;
      }
      // What is wrong comes beside its field, in the server's own page.
      if (request.status === 422) {
        const page = new DOMParser().parseFromString(request.responseText, "text/html");
        document.querySelector("main").replaceWith(page.querySelector("main"));
        document.querySelector(".ds-error-summary")?.focus();
        return;
      }
      window.location.assign(request.responseURL || form.action.split("#")[0]);
    });
    request.addEventListener("error", () => failed("Filen kom inte fram. Kontrollera nätet och försök igen."));
    request.open("POST", form.action.split("#")[0]);
    bar.hidden = false;
    progress.value = 0;
    button.disabled = true;
    say(form, "Laddar upp …");
    request.send(new FormData(form));
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    const file = form.querySelector("input[type=file]").files[0];
    if (!file) return;
    const most = Number(form.dataset.upload);
    event.preventDefault();
    if (file.size > most) {
      say(form, `Filen är för stor. Den får vara högst ${Math.floor(most / 1048576)} MB.`);
      return;
    }
    send(form, form.querySelector("button[type=submit]"));
  });
})();
