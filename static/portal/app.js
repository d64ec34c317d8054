// Makes the portal an app that can be installed. A browser without service workers, or one that refuses them, has the
// same portal: only without messages on the screen, and without our page for when there is no network.

navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
