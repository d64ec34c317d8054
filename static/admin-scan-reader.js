// Tells a barcode reader from fingers by its speed, wherever the focus is. A code ends with Enter, Tab or a pause, and
// comes as the event "scan" with what was sent; its keys press no button and leave no field. A code that went into
// another field comes as "scan-astray", and that field is as it was before.
"use strict";
(() => {
  const KEY_GAP = 250; // ms at most between two keys of a code, and before its end
  const MEAN_GAP = 60; // ms: faster than fingers
  const MEAN_GAP_IN_FIELD = 100; // ms, in the field for numbers, where a mistake about fingers does no harm
  const PAUSE = 300; // ms without a key end a code that nothing else ends
  const AFTERWARDS = 1000; // ms after a code in which its late Enter, Tab or space does nothing
  const SHORTEST = 4; // characters

  const field = document.getElementById("id_number");
  let code = null; // { text, begun, last, target, before } while keys come
  let ended = -Infinity;
  let timer = 0;

  function isQuick() {
    const gap = code.target === field ? MEAN_GAP_IN_FIELD : MEAN_GAP;
    return code.text.length >= SHORTEST && code.last - code.begun <= gap * (code.text.length - 1);
  }
  const takesText = (element) =>
    element instanceof HTMLElement && (element.isContentEditable || element.matches("input, textarea, select"));

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function end() {
    clearTimeout(timer);
    const { text, target, before } = code;
    code = null;
    ended = performance.now();
    if (target === field) {
      document.dispatchEvent(new CustomEvent("scan", { detail: field.value }));
    } else if (takesText(target)) {
      target.value = before;
      document.dispatchEvent(new CustomEvent("scan-astray", { detail: text }));
    } else {
      document.dispatchEvent(new CustomEvent("scan", { detail: text }));
    }
  }

  function begin(event, now) {
    const target = event.target;
    code = { text: "", begun: now, last: now, target, before: takesText(target) ? target.value : "" };
  }

  addEventListener(
    "keydown",
    (event) => {
      const now = event.timeStamp; // of the key itself: the page may have been busy since
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const goesOn = code && code.target === event.target && now - code.last <= KEY_GAP;
      if (event.key === "Enter" || event.key === "Tab") {
        if (goesOn && !event.shiftKey && isQuick()) {
          stop(event);
          end();
        } else if (now - ended <= AFTERWARDS && !(event.target === field && field.value)) {
          stop(event);
        }
      } else if (event.key.length === 1) {
        if (!goesOn) begin(event, now);
        code.text += event.key;
        code.last = now;
        // A space presses a button that has the focus.
        if (event.key === " " && !takesText(event.target) && (code.text.length > 1 || now - ended <= AFTERWARDS))
          stop(event);
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (code && isQuick()) end();
        }, PAUSE);
      }
    },
    true,
  );
})();
