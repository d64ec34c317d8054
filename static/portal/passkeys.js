// Passkeys: the button [data-passkey] begins what its form is for (loginForm, authenticateForm, addForm of
// django-allauth's webauthn.js), and what the browser did not do is said beside it.
const button = document.querySelector("[data-passkey]");
const form = button.form;
const purpose = button.dataset.passkey;
const ids = { credential: form.querySelector("[name=credential]").id };
ids[{ loginForm: "login", authenticateForm: "authenticate", addForm: "add" }[purpose]] = button.id;
const passwordless = form.querySelector("[name=passwordless]");
if (passwordless) ids.passwordless = passwordless.id;
window.allauth.webauthn.forms[purpose]({ ids, data: JSON.parse(button.dataset.options || "null") });

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-error").hidden = false;
});
