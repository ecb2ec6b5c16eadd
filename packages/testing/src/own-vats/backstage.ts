/**
 * What stands between a simulated kernel and its workers: decides what a harvest finds, and lets the kernel die in the middle of a
 * call. What a harvest of the calm run found is told to the hard run as well, so that both go the same way whatever the engine's
 * collector does.
 */
import type { AdaptLauncher } from '@cooperage/host/open';
import type { VatId } from '@cooperage/protocol/refs';
import type { HarvestMode, VatWorker } from '@cooperage/protocol/worker-port';
import { CrankLog } from './crank-log.ts';

export type BackstageOptions = {
  /** The run to follow; undefined: this one leads. */
  readonly leader: CrankLog | undefined;
  /** Whether the harvest of a crank has a collection before it. */
  readonly collects: (crank: number) => boolean;
};

export class Backstage {
  readonly log = new CrankLog();
  readonly #options: BackstageOptions;
  #fuse: number | undefined;
  #killed = false;

  constructor(options: BackstageOptions) {
    this.#options = options;
  }

  /** Whether the kernel has died since the fuse was lit. */
  get killed(): boolean {
    return this.#killed;
  }

  lightFuse(exchanges: number): void {
    this.#fuse = exchanges;
    this.#killed = false;
  }

  putFuseOut(): void {
    this.#fuse = undefined;
  }

  readonly adapt: AdaptLauncher = launcher => ({
    kind: launcher.kind,
    engine: launcher.engine,
    launch: async spec => this.#watch(spec.vat, await launcher.launch(spec)),
    setMuted: (vat, muted) => launcher.setMuted?.(vat, muted),
  });

  #watch(vat: VatId, worker: VatWorker): VatWorker {
    return {
      deliver: async (delivery, syscalls) => {
        this.#burn();
        const report = await worker.deliver(delivery, syscalls);
        this.#burn();
        return report;
      },
      harvest: async mode => {
        this.#burn();
        const dead = await this.#harvest(vat, worker, mode);
        this.log.keepDead(vat, dead);
        return dead;
      },
      stop: () => worker.stop(),
    };
  }

  async #harvest(vat: VatId, worker: VatWorker, mode: HarvestMode): Promise<readonly string[]> {
    const { leader, collects } = this.#options;
    const crank = this.log.crank ?? 0;
    if (leader !== undefined) return leader.findDead(crank, vat) ?? [];
    return collects(crank) ? worker.harvest(mode) : [];
  }

  /** A lost worker stops the kernel, and nothing of the open block is ever committed. */
  #burn(): void {
    if (this.#fuse === undefined) return;
    this.#fuse -= 1;
    if (this.#fuse > 0) return;
    this.#fuse = undefined;
    this.#killed = true;
    this.log.forgetOpen();
    throw new Error('the simulator killed this kernel');
  }
}
