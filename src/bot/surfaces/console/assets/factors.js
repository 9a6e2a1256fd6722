// Loaded by the pages that speak to an authenticator. What it said goes into the form of the page, and the form is sent as
// any other: nothing is kept here, and nothing is asked for that does not stand in the page.

const forms = document.querySelectorAll('form[data-passkey]');

for (const form of forms) start(form);

function start(form) {
  const button = form.querySelector('button[data-does="passkey"]') ?? form.querySelector('button');
  if (globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === undefined) {
    button.disabled = true;
    say(form, 'This browser cannot use passkeys here. A current one can.');
    return;
  }
  button.disabled = false;
  button.addEventListener('click', async (event) => {
    event.preventDefault();
    if (form.dataset.busy !== undefined || !form.reportValidity()) return;
    form.dataset.busy = '';
    form.setAttribute('aria-busy', 'true');
    say(form, 'Waiting for your passkey …');
    try {
      const given = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
      field(form).value = JSON.stringify(given.toJSON());
      // `submit` asks no field of the form to be filled in: the passkey stands for the code.
      form.submit();
    } catch (error) {
      delete form.dataset.busy;
      form.removeAttribute('aria-busy');
      say(form, wordsOf(error));
    }
  });
}

function ask(how, options) {
  return how === 'create'
    ? navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      })
    : navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      });
}

function field(form) {
  return form.elements.attestation ?? form.elements.assertion;
}

function say(form, words) {
  const status = form.querySelector('.status');
  if (status !== null) status.textContent = words;
}

// https://www.w3.org/TR/webauthn-3/#sctn-op-get-assertion names what a browser rejects with.
function wordsOf({ name }) {
  if (name === 'NotAllowedError')
    return 'Nothing was given: it was cancelled, or took too long. Try again.';
  if (name === 'InvalidStateError') return 'This authenticator holds a passkey of yours already.';
  if (name === 'SecurityError')
    return 'The browser gives no passkey to this address: it is not the console’s public_url.';
  return `The browser gave no passkey (${name}).`;
}
