// The number of unread messages on the icon of the installed portal, where the platform has that: as the page shows it,
// and none where nobody is signed in.

function show() {
  const unread = Number(document.querySelector("[data-unread]")?.dataset.unread ?? 0);
  const shown = unread ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.();
  shown?.catch(() => {}); // an icon without a number is no fault of the page
}

show();
document.addEventListener("htmx:oobAfterSwap", show);
