/* Small helps for those who have scripts; every task works without this file. */
(function () {
  "use strict";

  // A part of a page asked for after the session ended answers with the sign-in page: go there whole, and come back.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.xhr;
    if (answer.responseURL && answer.getResponseHeader("HX-Trigger") === null) {
      var asked = new URL(event.detail.pathInfo.requestPath, window.location.href);
      var got = new URL(answer.responseURL, window.location.href);
      if (asked.pathname !== got.pathname) {
        event.detail.shouldSwap = false;
        window.location.assign(got.href);
      }
    }
  });

  // Choosing all rows of the page at once, and the number chosen beside the actions.
  function countChosen(form) {
    var boxes = form.querySelectorAll("input[name=chosen]");
    var chosen = form.querySelectorAll("input[name=chosen]:checked").length;
    var all = form.querySelector("input[data-choose-all]");
    form.querySelectorAll("[data-chosen-count]").forEach(function (place) {
      place.textContent = String(chosen);
    });
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  }
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (!form || !form.matches("[data-bulk]")) { return; }
    if (event.target.matches("[data-choose-all]")) {
      form.querySelectorAll("input[name=chosen]").forEach(function (box) { box.checked = event.target.checked; });
    }
    countChosen(form);
  });
  function showChoosing(root) {
    root.querySelectorAll("[data-choose-all-part][hidden], [data-chosen-part][hidden]").forEach(function (part) { part.hidden = false; });
  }
  showChoosing(document);

  // Filters sent by htmx: no empty fields in the address, and the order, columns and rows a page chosen meanwhile are kept.
  document.addEventListener("htmx:configRequest", function (event) {
    if (!event.detail.elt.matches("form.filters")) { return; }
    var asked = event.detail.formData, now = new URLSearchParams(window.location.search);
    Array.from(asked.keys()).forEach(function (name) {
      if (asked.getAll(name).every(function (value) { return value === ""; })) { asked.delete(name); }
    });
    ["sort", "column", "rows"].forEach(function (name) {
      if (now.has(name)) {
        asked.delete(name);
        now.getAll(name).forEach(function (value) { asked.append(name, value); });
      }
    });
  });

  // A form that saves itself as one types: while something typed is not kept, it says so when sending fails, tries again,
  // and the browser asks before the page is left.
  var RETRY_AFTER = 4000;
  function show(part, shown) { if (part) { part.hidden = !shown; } }
  function isUnsaved(form) { return form.dataset.typed !== form.dataset.kept; }
  document.addEventListener("input", function (event) {
    var form = event.target.form;
    if (form && form.matches("[data-keeps-itself]")) { form.dataset.typed = String(Number(form.dataset.typed || 0) + 1); }
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.matches("[data-keeps-itself]")) { event.target.dataset.sending = event.target.dataset.typed || ""; }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target;
    if (!form.matches || !form.matches("[data-keeps-itself]")) { return; }
    show(form.querySelector("[data-not-kept]"), !event.detail.successful);
    show(form.querySelector("#saved"), event.detail.successful);
    if (event.detail.successful && form.querySelector("#saved [data-refused]")) { return; }
    if (event.detail.successful) {
      form.dataset.kept = form.dataset.sending;
      if (!form.dataset.sending) { delete form.dataset.kept; }
    } else {
      window.setTimeout(function () { if (isUnsaved(form)) { htmx.trigger(form, "change"); } }, RETRY_AFTER);
    }
  });
  // What was put right meanwhile is not called wrong any longer: the answer names what still is.
  document.addEventListener("htmx:afterSwap", function (event) {
    var said = event.target.querySelector("[data-not-right]"), form = event.target.closest("[data-keeps-itself]");
    if (!said || !form) { return; }
    var wrong = said.dataset.notRight.split(" ");
    form.querySelectorAll(".field-invalid").forEach(function (field) {
      var control = field.querySelector("[name]"), error = field.querySelector(".field-error");
      if (!control || !error || wrong.indexOf(control.name) !== -1) { return; }
      field.classList.remove("field-invalid");
      control.removeAttribute("aria-invalid");
      error.remove();
    });
    show(form.querySelector(".error-summary"), Boolean(form.querySelector(".field-invalid")));
  });
  window.addEventListener("online", function () {
    document.querySelectorAll("[data-keeps-itself]").forEach(function (form) {
      if (isUnsaved(form)) { htmx.trigger(form, "change"); }
    });
  });
  window.addEventListener("beforeunload", function (event) {
    if (Array.from(document.querySelectorAll("[data-keeps-itself]")).some(isUnsaved)) { event.preventDefault(); }
  });
  document.addEventListener("submit", function (event) {
    if (event.target.matches("[data-keeps-itself]")) { delete event.target.dataset.typed; delete event.target.dataset.kept; }
  });

  // A file on its way: how much of it has been sent; and when it did not arrive, that it did not, with the button to try again.
  // As long as files go by themselves the button has nothing to do.
  function goesByItself(root) {
    root.querySelectorAll("form.upload [data-by-hand]").forEach(function (button) { button.hidden = true; });
  }
  goesByItself(document);
  document.addEventListener("htmx:afterSwap", function (event) { goesByItself(event.target.parentNode || document); });
  document.addEventListener("htmx:xhr:progress", function (event) {
    if (!event.detail.lengthComputable || !event.target.matches("form.upload")) { return; }
    var bar = event.target.querySelector("progress"), percent = Math.round(100 * event.detail.loaded / event.detail.total);
    if (!bar) { return; }
    bar.parentNode.hidden = false;
    bar.value = percent;
    event.target.querySelector("[data-percent]").textContent = percent + "%";
  });
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (event.target.matches("form.upload")) { show(event.target.querySelector("[data-not-sent]"), false); }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target;
    if (!form.matches || !form.matches("form.upload") || event.detail.successful) { return; }
    show(form.querySelector("[data-not-sent]"), true);
    show(form.querySelector("[data-by-hand]"), true);
    show(form.querySelector("[data-on-its-way]"), false);
  });

  // After a part of a list was replaced, say how many rows it has now.
  document.addEventListener("htmx:afterSettle", function () {
    var list = document.getElementById("list");
    var status = document.getElementById("list-status");
    if (list && status) {
      var count = list.querySelector("[data-list-count]");
      status.textContent = count ? count.textContent : "";
      showChoosing(list);
    }
  });

  // A refused form: the summary takes the focus, so that it is read first; or what another page says of it on top.
  var summary = document.querySelector(".error-summary, .message-list .message-bad");
  if (summary) {
    summary.focus();
    // The part of the page that the address still names, after the skip link or a link of the summary, would take it back.
    if (location.hash) {
      history.replaceState(history.state, "", location.pathname + location.search);
      window.addEventListener("load", function () { summary.focus(); });
    }
  }

  // A part that was replaced together with the button that was pressed in it: what it says takes the focus.
  document.addEventListener("htmx:afterSettle", function (event) {
    var said = document.activeElement === document.body && event.target.querySelector(".message[tabindex]");
    if (said) { said.focus(); }
  });

  // Pressing a button twice sends once.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-download")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 4000);
  });

  // Menus that open over the page close with Escape and give the focus back.
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var open = event.target.closest && event.target.closest("details[open].me, .toolbar details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  // A text to be sent by hand: copied by one button, also where the browser keeps the clipboard to itself.
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var text = document.getElementById(button.dataset.copy);
      var said = button.parentNode.querySelector("[data-copied]");
      function copied() { said.textContent = said.dataset.copied; }
      function byHand() {
        text.focus();
        text.select();
        if (document.execCommand("copy")) { copied(); }
      }
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text.value).then(copied, byHand);
      } else {
        byHand();
      }
    });
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
