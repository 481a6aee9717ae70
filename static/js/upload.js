// Files are sent one at a time, each with its own progress, and stay in the page until they have arrived: what
// the network loses is sent again without being chosen anew. Without this the form is sent as it is.
(() => {
  "use strict";
  const LOGIN_PATH = "/konto/login/";
  const queues = new WeakMap();
  const queueOf = (form) => {
    if (!queues.has(form)) queues.set(form, { items: [], busy: false });
    return queues.get(form);
  };
  const say = (form, text) => {
    form.querySelector("[data-upload-status]").textContent = text;
  };
  const megabytes = (bytes) =>
    `${(Math.ceil((bytes * 10) / 1048576) / 10).toLocaleString("sv-SE")}\u00a0MB`;

  // --- The chosen files -------------------------------------------------------------------------------------
  const add = (form, files) => {
    const queue = queueOf(form);
    for (const file of files) queue.items.push(newItem(form, file));
    form.querySelector("[data-queue]").hidden = queue.items.length === 0;
    if (files.length) say(form, files.length === 1 ? `${files[0].name} är vald.` : `${files.length} filer är valda.`);
  };

  const newItem = (form, file) => {
    const row = document.getElementById("vald-fil").content.firstElementChild.cloneNode(true);
    const item = { file, row, state: "waits" };
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-size-text]").textContent = megabytes(file.size);
    row.querySelector("progress").setAttribute("aria-label", `Laddar upp ${file.name}`);
    row.querySelectorAll("[data-for]").forEach((words) => {
      words.textContent = ` ${file.name}`;
    });
    row.querySelector("[data-drop-file]").addEventListener("click", () => {
      remove(form, item);
      say(form, `${file.name} är borttagen ur listan.`);
      form.querySelector("input[type=file]").focus();
    });
    row.querySelector("[data-again]").addEventListener("click", () => {
      item.state = "waits";
      run(form);
    });
    form.querySelector("[data-queue]").append(row);
    const most = Number(form.dataset.upload);
    if (file.size > most) refuse(item, `Filen är ${megabytes(file.size)}. Den får vara högst ${megabytes(most)}.`);
    return item;
  };

  const remove = (form, item) => {
    const queue = queueOf(form);
    queue.items = queue.items.filter((one) => one !== item);
    item.row.remove();
    form.querySelector("[data-queue]").hidden = queue.items.length === 0;
  };

  const show = (item, { fault = "", again = false, sending = false }) => {
    const words = item.row.querySelector("[data-fault]");
    words.textContent = fault;
    words.hidden = !fault;
    item.row.querySelector("[data-again]").hidden = !again;
    item.row.querySelector("[data-drop-file]").hidden = sending;
    const bar = item.row.querySelector("progress");
    bar.hidden = !sending;
    bar.value = 0;
  };
  // The file itself is at fault: another has to be chosen.
  const refuse = (item, fault) => {
    item.state = "refused";
    show(item, { fault });
  };
  // The way here is at fault: the file is kept.
  const lose = (item, fault) => {
    item.state = "lost";
    show(item, { fault, again: true });
  };

  // --- Sending them -----------------------------------------------------------------------------------------
  const run = async (form) => {
    const queue = queueOf(form);
    if (queue.busy) return;
    queue.busy = true;
    let item;
    let arrived = 0;
    while ((item = queue.items.find((one) => one.state === "waits"))) {
      item.state = "sending";
      show(item, { sending: true });
      say(form, `Laddar upp ${item.file.name} …`);
      const took = await send(form, item);
      if (took) arrived += 1;
      if (item.state === "sending") item.state = "lost";
      if (took === null) break;
    }
    queue.busy = false;
    tell(form, arrived);
  };

  const tell = (form, arrived) => {
    const left = queueOf(form).items.length;
    const came = arrived === 1 ? "En fil är uppladdad." : `${arrived} filer är uppladdade.`;
    const kept = left === 1 ? "En fil är inte uppladdad." : `${left} filer är inte uppladdade.`;
    say(form, [arrived ? came : "", left ? kept : ""].join(" ").trim());
    // The reason was about the files that have arrived; the next may hold no secrets.
    if (arrived && !left) form.querySelectorAll("input[type=text], textarea").forEach((field) => { field.value = ""; });
    // Who has gone on with something else meanwhile is left there.
    const now = document.activeElement;
    if (now && now !== document.body && !form.contains(now)) return;
    const again = form.querySelector("[data-again]:not([hidden])");
    if (left && again) again.focus();
    else if (!left) form.querySelector("input[type=file]").focus();
  };

  const token = () => (/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie) || [])[1];

  // Resolves to true when the file arrived, false when it did not, null when no other should be tried.
  const send = (form, item) =>
    new Promise((resolve) => {
      const data = new FormData(form);
      const field = form.querySelector("input[type=file]").name;
      data.delete(field);
      data.append(field, item.file, item.file.name);
      if (token()) data.set("csrfmiddlewaretoken", token());
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => {
        const bar = item.row.querySelector("progress");
        if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
      });
      request.upload.addEventListener("load", () => say(form, `${item.file.name} kontrolleras …`));
      request.addEventListener("load", () => resolve(answered(form, item, request)));
      for (const way of ["error", "abort", "timeout"]) {
        request.addEventListener(way, () => {
          lose(item, "Filen kom inte fram. Den finns kvar här på sidan. Kontrollera nätet och försök igen.");
          resolve(false);
        });
      }
      request.open("POST", form.action.split("#")[0]);
      request.send(data);
    });

  const answered = (form, item, request) => {
    const address = request.responseURL ? new URL(request.responseURL).pathname : "";
    if (request.status === 401 || address === LOGIN_PATH) {
      lose(item, "Du har loggats ut. Logga in i en ny flik, kom tillbaka hit och försök igen.");
      return null;
    }
    if (request.status === 413) {
      refuse(item, "Filen är för stor.");
      return false;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    if (request.status === 422) return wrong(form, item, page);
    if (request.status !== 200 || address !== new URL(form.action).pathname) {
      lose(item, "Filen kunde inte tas emot just nu. Försök igen om en stund.");
      return request.status >= 500 || request.status === 403 ? false : null;
    }
    remove(form, item);
    takeOver(form, page);
    return true;
  };

  // What is wrong with the file stands beside it; what is wrong with another field stands there, and the
  // files wait until it has been put right.
  const wrong = (form, item, page) => {
    const said = page.getElementById(`${form.querySelector("input[type=file]").id}_error`);
    if (said) {
      refuse(item, said.textContent.trim());
      return false;
    }
    let first = null;
    form.querySelectorAll("[id^=div_id_]").forEach((part) => {
      const fresh = page.getElementById(part.id);
      if (!fresh || part.querySelector("input[type=file]")) return;
      part.replaceWith(fresh);
      if (!first) first = fresh.querySelector("[aria-invalid=true]");
    });
    const summary = page.querySelector(".ds-error-summary li");
    lose(item, summary ? summary.textContent.trim() : "Rätta uppgifterna och försök igen.");
    if (first) first.focus();
    return null;
  };

  // New files join the list. What stands in the page is left as it is: somebody may be writing there.
  const takeOver = (form, page) => {
    const list = document.getElementById(`filer-${form.dataset.slot}`);
    page.querySelectorAll(`#${CSS.escape(list.id)} > li`).forEach((row) => {
      if (document.getElementById(row.id)) return;
      list.append(row);
      if (window.htmx) window.htmx.process(row);
    });
    list.hidden = list.children.length === 0;
    for (const id of [`lage-${form.dataset.slot}`, "genomsoker", "steg"]) {
      const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
      if (!old || !fresh) continue;
      old.replaceWith(fresh);
      if (window.htmx) window.htmx.process(fresh);
    }
  };

  // --- Choosing, dropping, leaving --------------------------------------------------------------------------
  const formOf = (target) => (target.closest ? target.closest("form[data-upload]") : null);

  document.addEventListener("change", (event) => {
    const form = formOf(event.target);
    if (!form || event.target.type !== "file") return;
    add(form, [...event.target.files]);
    event.target.value = "";
  });

  document.addEventListener("submit", (event) => {
    const form = formOf(event.target);
    if (!form) return;
    const queue = queueOf(form);
    // Nothing is chosen: the server says so beside the field.
    if (!queue.items.length) return;
    event.preventDefault();
    for (const item of queue.items) if (item.state === "lost") item.state = "waits";
    run(form);
  });

  const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  const over = (target) => (target && target.closest ? target.closest(".s3-drop") : null);
  const mark = (place) => {
    document.querySelectorAll(".s3-drop[data-over]").forEach((one) => {
      if (one !== place) delete one.dataset.over;
    });
    if (place) place.dataset.over = "";
  };
  // A file dropped beside the field would be opened by the browser, in the place of the page.
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(over(event.target));
    event.dataTransfer.dropEffect = over(event.target) ? "copy" : "none";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(null);
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    mark(null);
    const place = over(event.target);
    if (place) add(formOf(place), [...event.dataTransfer.files]);
  });

  window.addEventListener("beforeunload", (event) => {
    const kept = [...document.querySelectorAll("form[data-upload]")].some((form) =>
      queueOf(form).items.some((item) => item.state !== "refused"),
    );
    if (kept) event.preventDefault();
  });
})();
