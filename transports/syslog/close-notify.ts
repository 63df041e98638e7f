import { codeOf, trouble } from './faults.ts';

/**
 * Tells a peer that never answers the end of a session, which a person has to replace, from one that died or hangs: by
 * asking with the end of an empty session whenever an end was left without answer.
 */
export class CloseNotify {
  private readonly ask: () => Promise<boolean>;
  private asking: Promise<void> | undefined;
  /** The peer is known not to answer. */
  missing = false;

  /** @param ask whether the peer answers the end of an empty session; rejects when it lets nobody in: then it has just died */
  constructor(ask: () => Promise<boolean>) {
    this.ask = ask;
  }

  /** @param answers whether the peer answered the end of a session, though nothing kept it from that */
  seen(answers: boolean): void {
    this.missing = !answers;
  }

  /**
   * What went wrong, all told, with a session whose end was left without answer because of `failure`. A peer that was
   * silent for `stall_timeout` would be as silent to the question, so that is not waited for: the next failure knows.
   */
  async unanswered(failure: Error): Promise<Error> {
    const answer = this.question();
    if (codeOf(failure) !== 'TF-SYSLOG-STALLED') await answer;
    return this.missing ? trouble('TF-SYSLOG-NO-CLOSE-NOTIFY') : failure;
  }

  private question(): Promise<void> {
    this.asking ??= this.ask()
      .then(
        (answers) => this.seen(answers),
        () => this.seen(true),
      )
      .finally(() => {
        this.asking = undefined;
      });
    return this.asking;
  }
}
