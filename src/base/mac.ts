/** Ethernet addresses as text, `00:00:5e:00:01:33`. */
export type Mac = string;

/** 6 bytes as text. */
export function macFromBytes(bytes: Uint8Array): Mac {
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join(':');
}

/** Text as 6 bytes. Throws `RangeError` on anything else. */
export function macToBytes(mac: Mac): Uint8Array {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i.test(mac)) throw new RangeError(`not a MAC: ${mac}`);
  return Uint8Array.from(mac.split(':'), (word) => Number.parseInt(word, 16));
}
