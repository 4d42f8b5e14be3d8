/** `SSL`: what SSL_GET shows of itself. */
import { text } from '../args.js';
import { planned, setting } from '../keyword.js';

const NOT_SHOWN = 'services with SSL_GET are not run';

export const ssl = {
  ca: planned(
    setting(text, 'A file of certificates of authorities.'),
    "real servers' certificates are not verified",
  ),
  certificate: planned(setting(text, 'A file with the certificate to show.'), NOT_SHOWN),
  key: planned(setting(text, 'A file with the key of the certificate.'), NOT_SHOWN),
  password: planned(setting(text, 'The password of the key.', { secret: true }), NOT_SHOWN),
};
