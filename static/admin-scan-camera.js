// Reads barcodes with a camera: by the browser's own BarcodeDetector, or else by a library that is loaded when the camera
// is opened. A code comes as the event "scan", as a reader's does; again only after it has left the picture.
"use strict";
(() => {
  const FORMATS = ["code_128", "code_39", "code_93", "codabar", "itf", "ean_13"];
  const BETWEEN_LOOKS = 120; // ms
  const LEFT_AFTER = 1500; // ms without being seen: the code has left the picture
  const AGREEING = 2; // looks one after another that must read the same: one alone may have misread
  const WIDEST = 1280; // pixels of a picture that the library looks at

  const place = document.getElementById("scan-camera");
  const toggle = document.getElementById("camera-toggle");
  const torch = document.getElementById("camera-torch");
  const view = document.getElementById("camera-view");
  const error = document.getElementById("camera-error");
  const field = document.getElementById("id_number");
  const video = view.querySelector("video");
  let stream = null;
  let opening = 0; // number of the opening that goes on; another one, or the end, makes it stale
  let seen = new Map(); // text → { last, times, taken }

  function say(kind) {
    error.textContent = kind ? `✖ ${error.dataset[kind]}` : "";
    error.hidden = !kind;
  }

  function load(address) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.addEventListener("load", resolve);
      script.addEventListener("error", () => reject(new Error("library")));
      document.head.append(script);
    });
  }

  async function libraryDetector() {
    if (!window.ZXing) await load(place.dataset.library);
    const { BarcodeFormat, BinaryBitmap, DecodeHintType, HTMLCanvasElementLuminanceSource, HybridBinarizer } = ZXing;
    const reader = new ZXing.MultiFormatReader();
    const formats = FORMATS.map((format) => BarcodeFormat[format.toUpperCase()]);
    reader.setHints(
      new Map([
        [DecodeHintType.POSSIBLE_FORMATS, formats],
        [DecodeHintType.TRY_HARDER, true],
      ]),
    );
    const canvas = document.createElement("canvas");
    const drawing = canvas.getContext("2d", { willReadFrequently: true });
    return (source) => {
      const scale = Math.min(1, WIDEST / source.videoWidth);
      canvas.width = source.videoWidth * scale;
      canvas.height = source.videoHeight * scale;
      drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
      try {
        const picture = new BinaryBitmap(new HybridBinarizer(new HTMLCanvasElementLuminanceSource(canvas)));
        return [reader.decodeWithState(picture).getText()];
      } catch {
        return []; // no code in this picture, or none that can be read
      }
    };
  }

  async function makeDetector() {
    const known = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
    const formats = FORMATS.filter((format) => known.includes(format));
    if (!formats.length) return libraryDetector();
    const detector = new BarcodeDetector({ formats });
    return async (source) => (await detector.detect(source)).map((code) => code.rawValue);
  }

  function take(texts) {
    const now = performance.now();
    for (const [text, sight] of seen) if (now - sight.last > LEFT_AFTER) seen.delete(text);
    for (const text of new Set(texts.map((each) => each.trim()))) {
      if (!text) continue;
      const sight = seen.get(text) ?? { times: 0, taken: false };
      seen.set(text, { ...sight, last: now, times: sight.times + 1 });
    }
    for (const [text, sight] of seen) {
      if (sight.last !== now) sight.times = 0;
      if (sight.taken || sight.times < AGREEING) continue;
      sight.taken = true;
      document.dispatchEvent(new CustomEvent("scan", { detail: text }));
    }
  }

  async function look(detect, mine) {
    while (mine === opening) {
      try {
        if (video.readyState >= video.HAVE_CURRENT_DATA) take(await detect(video));
      } catch {
        // one picture that cannot be looked at: the next may be
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
    }
  }

  const KINDS = {
    NotAllowedError: "refused",
    SecurityError: "refused",
    NotFoundError: "absent",
    OverconstrainedError: "absent",
    NotReadableError: "busy",
    AbortError: "busy",
  };

  async function open() {
    const mine = ++opening;
    shown(true);
    say("");
    place.scrollIntoView({ block: "start" }); // on a phone the answer comes below the picture
    if (!navigator.mediaDevices?.getUserMedia) return fail("unavailable");
    try {
      const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
      const got = await navigator.mediaDevices.getUserMedia({ video: wanted });
      if (mine !== opening) return end(got);
      stream = got;
      video.srcObject = got;
      const [track] = got.getVideoTracks();
      track.addEventListener("ended", () => mine === opening && fail("busy"));
      torch.hidden = !track.getCapabilities?.().torch;
      const [detect] = await Promise.all([makeDetector(), video.play()]);
      if (mine === opening) look(detect, mine);
    } catch (problem) {
      if (mine === opening) fail(KINDS[problem.name] ?? "failed");
    }
  }

  function end(ended) {
    for (const track of ended?.getTracks() ?? []) track.stop();
  }

  function close() {
    opening++;
    end(stream);
    stream = video.srcObject = null;
    seen = new Map();
    torch.hidden = true;
    torch.setAttribute("aria-pressed", "false");
    shown(false);
  }

  function fail(kind) {
    close();
    say(kind);
  }

  function shown(on) {
    view.hidden = !on;
    delete view.dataset.tone;
    toggle.setAttribute("aria-expanded", on);
    toggle.textContent = on ? toggle.dataset.close : toggle.dataset.open;
    // With the camera on, the field has the focus and a phone shows no keyboard over the page.
    if (on) field.inputMode = "none";
    else field.removeAttribute("inputmode");
  }

  toggle.addEventListener("click", () => (view.hidden ? open() : close()));
  torch.addEventListener("click", async () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    try {
      await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
      torch.setAttribute("aria-pressed", on);
    } catch {
      torch.hidden = true;
    }
  });
  document.addEventListener("scan-answered", (event) => (view.dataset.tone = event.detail));
  document.addEventListener("visibilitychange", () => document.hidden && !view.hidden && close());
  place.hidden = false;
})();
