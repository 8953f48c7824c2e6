import { DEVICE_ID, deviceName } from './device.ts';
import { say } from './words.ts';

/** Which device this window is, and the way to another. Nothing is taken along: the other window is a device of its own. */
export function SecondWindow() {
  return (
    <p class="row soft device">
      <span>
        {say('device', { device: deviceName(DEVICE_ID) })} <span class="unseen">{DEVICE_ID}</span>
      </span>
      <a href={`${location.pathname}${location.hash}`} target="_blank" rel="noopener">
        {say('second_window')}
      </a>
    </p>
  );
}
