// Tones for the answers to scans, for whoever looks at cards and not at the screen. Off until somebody turns them on;
// the choice stays in this browser.
"use strict";
(() => {
  const KEY = "scan-sound";
  const choice = document.getElementById("scan-sound");
  const TONES = {
    success: [[880, 0, 0.12]],
    warning: [
      [440, 0, 0.12],
      [440, 0.2, 0.12],
    ],
    error: [[180, 0, 0.5]],
  }; // [Hz, seconds from now, seconds]
  let audio = null;

  function play(tone) {
    if (!choice.checked) return;
    audio ??= new AudioContext();
    audio.resume();
    for (const [frequency, start, length] of TONES[tone] ?? TONES.error) {
      const oscillator = new OscillatorNode(audio, { frequency, type: "square" });
      const volume = new GainNode(audio, { gain: 0.15 });
      oscillator.connect(volume).connect(audio.destination);
      oscillator.start(audio.currentTime + start);
      oscillator.stop(audio.currentTime + start + length);
    }
  }

  function stored() {
    try {
      return localStorage.getItem(KEY) === "on";
    } catch {
      return false; // storage is blocked
    }
  }

  choice.closest("[hidden]").hidden = false;
  choice.checked = stored();
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem(KEY, choice.checked ? "on" : "off");
    } catch {
      // storage is blocked: the choice is for this page
    }
    play("success");
  });
  document.addEventListener("scan-answered", (event) => play(event.detail));
})();
