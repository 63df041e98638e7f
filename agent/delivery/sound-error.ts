import { DeliveryError } from '../../transports/transport.ts';

/** Anything but a sound DeliveryError is a fault of the program, retried so that nothing is lost. */
export function asDeliveryError(error: unknown, frames: number): DeliveryError {
  if (!(error instanceof DeliveryError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new DeliveryError('TF-TRANSPORT-FAULT', `sending failed: ${message}`, { kind: 'retry' }, error);
  }
  const { fault } = error;
  const sound =
    fault.kind !== 'rejected' || fault.frames.every((frame) => Number.isInteger(frame) && frame >= 0 && frame < frames);
  if (sound) return error;
  return new DeliveryError(
    'TF-TRANSPORT-FAULT',
    'the transport refused frames it was not given',
    { kind: 'retry' },
    error,
  );
}
