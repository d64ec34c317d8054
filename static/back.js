// A page about somebody that a browser has kept whole (back-forward cache) is asked for anew when Back leads to it, and
// cannot be seen until the portal has answered: whoever goes back may have signed out meanwhile.
"use strict";
addEventListener("pagehide", () => {
  document.documentElement.hidden = true;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
  else document.documentElement.hidden = false;
});
