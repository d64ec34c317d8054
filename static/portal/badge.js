// The number of unread messages on the icon of the installed portal, where the platform has that: as the page shows it,
// and none where nobody is signed in.

const SET = "setAppBadge"; // asked for by name: only installed portals of some platforms have it

function show() {
  const unread = Number(document.querySelector("[data-unread]")?.dataset.unread ?? 0);
  navigator[SET](unread).catch(() => {}); // 0 takes it away; an icon without a number is no fault of the page
}

if (SET in navigator) {
  show();
  document.addEventListener("htmx:oobAfterSwap", show);
}
