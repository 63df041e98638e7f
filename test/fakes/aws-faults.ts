/** What the fake AWS does wrong, on request. */
export interface Fault {
  /** How many requests meet it; 1 when not given. */
  readonly times?: number;
  /** Answers with this status, and with `code` as the error's name, instead of acting. */
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  /** Waits before anything else. */
  readonly delayMs?: number;
  /** Batch operations: the first so many entries fail with `code`, the others succeed. */
  readonly entries?: number;
  /** Acts, but the answer is lost with the connection. */
  readonly lostReply?: boolean;
  /** GetObject: after so many bytes of the body ... */
  readonly afterBytes?: number;
  /** ... the connection is reset, ends, or goes silent; or the answer is in order but this `short`, its head included. */
  readonly ending?: 'reset' | 'end' | 'stall' | 'short';
}

/** Scripts of faults by operation, as `ReceiveMessage` or `GetObject`; each request takes the next one. */
export interface Faults {
  add(operation: string, fault: Fault): void;
  next(operation: string): Fault | undefined;
  clear(): void;
}

export function createFaults(): Faults {
  const scripts = new Map<string, { readonly fault: Fault; left: number }[]>();
  return {
    add(operation, fault) {
      const script = scripts.get(operation) ?? [];
      scripts.set(operation, [...script, { fault, left: fault.times ?? 1 }]);
    },
    next(operation) {
      const step = scripts.get(operation)?.find(({ left }) => left > 0);
      if (step === undefined) return undefined;
      step.left -= 1;
      return step.fault;
    },
    clear: () => scripts.clear(),
  };
}
