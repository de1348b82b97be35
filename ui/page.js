// What the page does in the browser beyond Gradio: remember the tab's conversation, open a cited source, use a chip.
(() => {
  const KEY = "wenzhen";
  const open = new Set();

  const reveal = (id) => {
    const source = document.getElementById(id);
    if (!source) return;
    source.open = true;
    source.scrollIntoView({ block: "center" });
    source.querySelector("summary").focus({ preventScroll: true });
  };

  const answerTo = (question) => {
    const box = document.querySelector("#wz-question textarea");
    box.placeholder = question;
    box.focus();
  };

  window.wenzhen = {
    kept: () => sessionStorage.getItem(KEY) || "",
    keep: (value) => sessionStorage.setItem(KEY, value),
    speak: (language) => {
      document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
      // Gradio draws a group's label as a plain span: give the group its name.
      document.querySelectorAll("#wz-choices fieldset").forEach((group) => {
        group.setAttribute("aria-label", group.querySelector("[data-testid=block-info]").textContent);
      });
    },

    wire(element, ask, watch) {
      element.addEventListener("click", (event) => {
        const pressed = event.target.closest("[data-ask], [data-reply], a.wz-cite");
        if (!pressed) return;
        if (pressed.dataset.ask) ask(pressed.dataset.ask);
        else if (pressed.dataset.reply) answerTo(pressed.dataset.reply);
        else { event.preventDefault(); reveal(pressed.getAttribute("href").slice(1)); }
      });
      // A re-rendered turn keeps open what the reader had opened ("toggle" does not bubble: capture it).
      element.addEventListener("toggle", (event) => {
        if (event.target.id) open[event.target.open ? "add" : "delete"](event.target.id);
      }, true);
      let turn = "";
      watch("value", () => {
        element.querySelectorAll("details[id]").forEach((one) => { if (open.has(one.id)) one.open = true; });
        const last = [...element.querySelectorAll(".wz-turn")].pop();
        if (last && element.closest("#wz-live") && last.dataset.turn !== turn) {
          turn = last.dataset.turn;
          // Once the turn before it has been drawn, too.
          setTimeout(() => last.isConnected ? last.scrollIntoView({ block: "start" }) : element.scrollIntoView({ block: "start" }), 80);
        }
      });
    },
  };
})();
