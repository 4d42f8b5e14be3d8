/** Ethernet addresses as text, `00:00:5e:00:01:33`. */
export type Mac = string;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const FORM = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;

/** 6 bytes as text. */
export function macFromBytes(bytes: Uint8Array): Mac {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (i > 0 ? ':' : '') + HEX[bytes[i] as number];
  return text;
}

/** Text as 6 bytes. Throws `RangeError` on anything else. */
export function macToBytes(mac: Mac): Uint8Array {
  if (!FORM.test(mac)) throw new RangeError(`not a MAC: ${mac}`);
  const bytes = new Uint8Array(6);
  for (let i = 0; i < 6; i++) bytes[i] = Number.parseInt(mac.slice(3 * i, 3 * i + 2), 16);
  return bytes;
}
