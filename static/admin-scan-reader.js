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
  let press = 0; // timer of a button that is pressed unless more keys come
  const stopped = new Set(); // keys that are down and do nothing; some browsers press a button when they come up

  function isQuick() {
    const gap = code.target === field ? MEAN_GAP_IN_FIELD : MEAN_GAP;
    return code.text.length >= SHORTEST && code.last - code.begun <= gap * (code.text.length - 1);
  }
  const BUTTONS = "button, a[href], summary, input[type=submit], input[type=checkbox]";
  const isButton = (element) => element instanceof HTMLElement && element.matches(BUTTONS);
  const takesText = (element) =>
    element instanceof HTMLElement &&
    !isButton(element) &&
    (element.isContentEditable || element.matches("input, textarea, select"));

  function stop(event) {
    stopped.add(event.key);
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

  // A space or Enter may be the first key of a code: a button that has the focus waits for the next one.
  function pressLater(event) {
    stop(event);
    if (event.repeat) return;
    const { target } = event;
    clearTimeout(press);
    press = setTimeout(() => {
      code = null;
      target.click();
    }, KEY_GAP);
  }

  function begin(event, now) {
    const target = event.target;
    code = { text: "", begun: now, last: now, target, before: takesText(target) ? target.value : "" };
  }

  addEventListener(
    "keydown",
    (event) => {
      const now = event.timeStamp; // of the key itself: the page may have been busy since
      // A reader may send LF and GS as Ctrl+J and Ctrl+], which are commands of browsers.
      if (event.ctrlKey && event.key.length === 1 && ((code && isQuick()) || now - ended <= KEY_GAP)) stop(event);
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      const goesOn = code && code.target === event.target && now - code.last <= KEY_GAP;
      if (event.key === "Enter" || event.key === "Tab") {
        // A page that is busy may be late with the pause that ends a code: until it has ended, this is its end.
        if (code && !event.shiftKey && isQuick()) {
          stop(event);
          end();
        } else if (now - ended <= AFTERWARDS && !(event.target === field && field.value)) {
          stop(event);
        } else if (event.key === "Enter" && isButton(event.target)) {
          pressLater(event);
        }
      } else if (event.key.length === 1) {
        clearTimeout(press);
        if (!goesOn) begin(event, now);
        code.text += event.key;
        code.last = now;
        // A space presses a button that has the focus.
        if (event.key === " " && !takesText(event.target)) {
          if (code.text.length > 1 || now - ended <= AFTERWARDS) stop(event);
          else if (isButton(event.target)) pressLater(event);
        }
        clearTimeout(timer);
        timer = setTimeout(() => {
          if (code && isQuick()) end();
        }, PAUSE);
      }
    },
    true,
  );
  addEventListener(
    "keyup",
    (event) => {
      if (stopped.delete(event.key)) event.preventDefault();
    },
    true,
  );
})();
