// Shows the codes when somebody asks for them, and hides them after two minutes (templates/mdocs/_codes_shown.html says
// how many seconds). Without this script the same link leads to a page of its own.

let deadline = 0; // milliseconds
let countdown; // timer that ticks each second
let htmlBefore = ""; // of the box, before the codes were put into it

const shown = () => document.querySelector("[data-codes]");

async function show(link) {
  const box = link.closest(".codes");
  link.setAttribute("aria-disabled", "true");
  let part = "";
  try {
    const answer = await fetch(link.href, { headers: { "X-Part": "codes" }, cache: "no-store" });
    if (answer.ok && !answer.redirected) part = await answer.text();
  } catch {
    // The page itself says what is the matter, below.
  }
  if (!part.includes("data-codes")) {
    location.assign(link.href);
    return;
  }
  htmlBefore = box.innerHTML;
  box.innerHTML = part;
  begin(box);
  box.querySelector("[data-hide-codes]").focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
}

function begin(box) {
  if (navigator.clipboard) for (const button of box.querySelectorAll("[data-copy]")) button.hidden = false;
  box.querySelector(".codes-left").hidden = false;
  restartCountdown();
}

function restartCountdown() {
  deadline = Date.now() + Number(shown().dataset.seconds) * 1000;
  clearInterval(countdown);
  countdown = setInterval(tick, 1000);
  tick();
}

function tick() {
  if (!shown()) {
    clearInterval(countdown);
    return;
  }
  const left = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
  shown().querySelector("[data-left]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (left === 0) hide();
}

function hide() {
  clearInterval(countdown);
  const box = shown()?.closest(".codes");
  if (!box) return;
  if (box.dataset.leave) {
    location.replace(box.dataset.leave);
    return;
  }
  const hadFocus = box.contains(document.activeElement);
  box.innerHTML = htmlBefore;
  if (hadFocus) box.querySelector("[data-show-codes]").focus({ preventScroll: true });
}

async function copy(button) {
  const source = document.getElementById(button.dataset.copy);
  const said = shown().querySelector("[data-copied]");
  said.textContent = "";
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    said.textContent = `✓ ${said.dataset.copied}`;
  } catch {
    getSelection().selectAllChildren(source);
    source.select?.();
    said.textContent = said.dataset.refused;
  }
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-show-codes], [data-hide-codes], [data-keep-codes], [data-copy]");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (pressed.hasAttribute("data-show-codes")) {
    event.preventDefault();
    if (!pressed.hasAttribute("aria-disabled")) show(pressed);
  } else if (pressed.hasAttribute("data-hide-codes")) hide();
  else if (pressed.hasAttribute("data-keep-codes")) restartCountdown();
  else copy(pressed);
});

// A page that the browser has cached, or whose timers were suspended, shows no codes for longer either.
window.addEventListener("pagehide", () => {
  const box = shown()?.closest(".codes");
  if (box?.dataset.leave) box.textContent = "";
  else hide();
});
document.addEventListener("visibilitychange", tick);

if (shown()) begin(shown().closest(".codes"));
