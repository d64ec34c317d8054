// Lays the frame of a photo over a picture: mouse, fingers, keys and the sliders of the form move and scale it. What is
// sent are the sliders' values, in pixels of the picture; the server cuts. Without this file it shows the cut instead.
"use strict";
(() => {
  const form = document.getElementById("crop-form");
  const stage = document.getElementById("crop-stage");
  const frame = document.getElementById("crop-frame");
  const corner = document.getElementById("crop-corner");
  const result = document.getElementById("crop-result");
  const picture = stage.querySelector("img");
  const inputs = { width: form.elements.width, left: form.elements.left, top: form.elements.top };
  const full = { width: Number(stage.dataset.width), height: Number(stage.dataset.height) };
  const ratio = Number(stage.dataset.frameHeight) / Number(stage.dataset.frameWidth);
  const least = Number(inputs.width.min);
  const most = Number(inputs.width.max);
  const STEP = 0.01; // of the picture, for one key
  const LARGE_STEP = 0.05; // with Shift
  const ZOOM = 1.05; // for one key or one turn of the wheel
  let now = {};

  const within = (value, low, high) => Math.round(Math.min(Math.max(value, low), high));
  const heightOf = (width) => Math.min(Math.round(width * ratio), full.height);

  function set({ width = now.width, left = now.left, top = now.top }) {
    width = within(width, least, most);
    const height = heightOf(width);
    now = { width, height, left: within(left, 0, full.width - width), top: within(top, 0, full.height - height) };
    inputs.left.max = full.width - width;
    inputs.top.max = full.height - height;
    for (const [name, input] of Object.entries(inputs)) {
      input.value = now[name];
      const share = (now[name] - input.min) / (input.max - input.min || 1);
      input.setAttribute("aria-valuetext", `${Math.round(share * 100)}%`);
    }
    frame.style.left = `${(100 * now.left) / full.width}%`;
    frame.style.top = `${(100 * now.top) / full.height}%`;
    frame.style.width = `${(100 * width) / full.width}%`;
    frame.style.height = `${(100 * height) / full.height}%`;
    draw();
  }

  // Scales around the middle of the frame.
  function scale(factor) {
    const width = within(now.width * factor, least, most);
    set({ width, left: now.left + (now.width - width) / 2, top: now.top + (now.height - heightOf(width)) / 2 });
  }

  function draw() {
    if (!picture.complete || !picture.naturalWidth) return;
    const shown = picture.naturalWidth / full.width; // the picture may be smaller than the original
    const from = [now.left, now.top, now.width, now.height].map((value) => value * shown);
    result.getContext("2d").drawImage(picture, ...from, 0, 0, result.width, result.height);
  }

  // Fingers and the mouse: one moves or, at the corner, sizes the frame; two size it by their distance.
  const pointers = new Map();
  const distance = ([one, other]) => Math.hypot(one.x - other.x, one.y - other.y);

  frame.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    frame.focus({ preventScroll: true });
    frame.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, sizes: event.target === corner });
  });
  frame.addEventListener("pointermove", (event) => {
    const pointer = pointers.get(event.pointerId);
    if (!pointer) return;
    const before = [...pointers.values()].map(({ x, y }) => ({ x, y }));
    const pixels = full.width / stage.clientWidth;
    const [across, down] = [(event.clientX - pointer.x) * pixels, (event.clientY - pointer.y) * pixels];
    pointer.x = event.clientX;
    pointer.y = event.clientY;
    if (pointers.size === 2) {
      scale(distance([...pointers.values()]) / (distance(before) || 1));
    } else if (pointer.sizes) {
      const room = Math.min(full.width - now.left, (full.height - now.top) / ratio);
      set({ width: Math.min(now.width + Math.max(across, down / ratio), room) });
    } else {
      pointer.left = (pointer.left ?? now.left) + across;
      pointer.top = (pointer.top ?? now.top) + down;
      set({ left: pointer.left, top: pointer.top });
    }
  });
  for (const end of ["pointerup", "pointercancel"])
    frame.addEventListener(end, (event) => pointers.delete(event.pointerId));
  stage.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      scale(event.deltaY < 0 ? 1 / ZOOM : ZOOM);
    },
    { passive: false },
  );

  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = full.width * (event.shiftKey ? LARGE_STEP : STEP);
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    const scales = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM };
    if (moves[event.key]) set({ left: now.left + moves[event.key][0], top: now.top + moves[event.key][1] });
    else if (scales[event.key]) scale(scales[event.key]);
    else return;
    event.preventDefault();
  });

  for (const [name, input] of Object.entries(inputs))
    input.addEventListener("input", () => {
      const value = Number(input.value);
      if (name === "width") scale(value / now.width);
      else set({ [name]: value });
    });

  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("[type=submit]")) button.disabled = true;
  });

  result.width = 350;
  result.height = Math.round(350 * ratio);
  picture.addEventListener("load", draw);
  for (const element of [stage, result, document.getElementById("crop-help")]) element.hidden = false;
  for (const id of ["crop-cut", "crop-look"]) document.getElementById(id)?.remove();
  // Before the sliders' limits, which shorten a value, fit the frame.
  const start = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, Number(input.value)]));
  now = { ...start, height: heightOf(start.width) };
  set(start);
})();
