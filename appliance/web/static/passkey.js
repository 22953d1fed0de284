// The one script of our own: it hands the server's question to the browser's passkeys, and the answer to a form.
"use strict";
const form = document.querySelector("form[data-passkey]");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const trouble = document.getElementById("passkey-trouble");
  trouble.hidden = true;
  try {
    const asked = JSON.parse(form.dataset.options);
    const credential = form.dataset.passkey === "add"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    trouble.hidden = false;
  }
});
