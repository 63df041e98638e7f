import { expect, test } from 'vitest';
import { adviceFor } from '../../../transports/syslog/levels.ts';

test.each([
  ['close-notify', true, true, undefined],
  ['auto', true, true, undefined],
  ['auto', false, true, /level is window; a receiver that answers/],
  ['auto', false, false, /level is none: make/],
  ['window', true, true, /^set confirm: close-notify/],
  ['window', false, true, undefined],
  ['window', false, false, /level is none: make/],
  ['none', true, true, /^set confirm: close-notify/],
  ['none', false, true, /^set confirm: window/],
  ['none', false, false, undefined],
] as const)('%s, answers: %s, acknowledgements to be seen: %s', (wanted, answers, visible, advice) => {
  const given = adviceFor(wanted, answers, visible);
  if (advice === undefined) expect(given).toBeUndefined();
  else expect(given).toMatch(advice);
});
