/**
 * Wards: the vats that were asked for, each with the `adminNode` of who asked. Durable, so that an admin node works and says how its vat
 * ended whatever upgrades there are of the vat that made it, or of this one. What somebody waits for is in the heap.
 */
import { canBeDurable, prepareExoClassKit, type Baggage, type VatPowers } from '@cooperage/vat';
import { makeKit, type Kit } from './promise-kit.ts';
import { insistNoMore, omitUndefined, toSettings, type Options } from './vat-options.ts';

export type D = VatPowers['D'];
/** A node of a device. */
export type Device = object;

export type NewVat = { readonly root: object; readonly adminNode: object };
type Upgraded = { readonly incarnationNumber: number };
type Ending = { readonly outcome: 'fulfilled' | 'rejected'; readonly info: unknown };

type WardState = {
  readonly device: Device;
  readonly vat: string;
  /** Upgrades that were asked for and of which nothing is known yet. */
  upgrades: number;
  ending: Ending | undefined;
};

/** What is waited for, by vat, in this incarnation. */
export class Waiting {
  readonly creations = new Map<string, Kit<NewVat>>();
  readonly endings = new Map<string, Kit<unknown>>();
  readonly upgrades = new Map<string, Kit<Upgraded>[]>();

  provideEnding(vat: string): Kit<unknown> {
    const kit = this.endings.get(vat) ?? makeKit();
    this.endings.set(vat, kit);
    return kit;
  }

  addUpgrade(vat: string): Kit<Upgraded> {
    const kit = makeKit<Upgraded>();
    this.upgrades.set(vat, [...(this.upgrades.get(vat) ?? []), kit]);
    return kit;
  }

  /** The kit of the oldest of `outstanding` upgrades; undefined when an earlier incarnation asked for it. */
  takeUpgrade(vat: string, outstanding: number): Kit<Upgraded> | undefined {
    const kits = this.upgrades.get(vat) ?? [];
    if (outstanding > kits.length) return undefined;
    const [oldest, ...rest] = kits;
    if (rest.length === 0) this.upgrades.delete(vat);
    else this.upgrades.set(vat, rest);
    return oldest;
  }
}

const isBundle = (value: unknown): boolean => typeof (value as { moduleFormat?: unknown }).moduleFormat === 'string';

/** The id of what a bundlecap stands for, or of a bundle itself, which is installed. */
export const provideBundleId = (D: D, device: Device, bundle: unknown): unknown =>
  isBundle(bundle) ? D(device)['installBundle']?.(bundle) : D(bundle as Device)['getBundleID']?.();

const NOT_KEPT = 'what the vat said at its end could not be kept';

/** The durable class of wards. `adminNode` is for who asked for the vat, `ward` for this vat alone. */
export const prepareWards = (baggage: Baggage, D: D, waiting: Waiting) =>
  prepareExoClassKit(
    baggage,
    'ward',
    undefined,
    (device: Device, vat: string): WardState => ({ device, vat, upgrades: 0, ending: undefined }),
    {
      adminNode: {
        /** Fulfilled with what the vat exits with; rejected with why it was ended. */
        done(): Promise<unknown> {
          const { ending, vat } = this.state;
          if (ending === undefined) return waiting.provideEnding(vat).promise;
          return ending.outcome === 'fulfilled' ? Promise.resolve(ending.info) : Promise.reject(ending.info as Error);
        },
        terminateWithFailure(reason: unknown): void {
          const { device, vat } = this.state;
          if (this.state.ending === undefined) D(device)['terminateVat']?.(vat, reason);
        },
        async upgrade(bundleOrPromise: unknown, options: Options = {}): Promise<Upgraded> {
          const { vatParameters, upgradeMessage = 'vat upgraded', ...rest } = omitUndefined(options);
          insistNoMore(rest);
          const bundle = await bundleOrPromise;
          const { device, vat } = this.state;
          D(device)['upgradeVat']?.(vat, provideBundleId(D, device, bundle), vatParameters, upgradeMessage);
          this.state.upgrades += 1;
          return waiting.addUpgrade(vat).promise;
        },
        changeOptions(options: Options): void {
          const { device, vat } = this.state;
          D(device)['changeOptions']?.(vat, toSettings(omitUndefined(options)));
        },
      },
      ward: {
        start(root: object): void {
          const { device, vat } = this.state;
          const creation = waiting.creations.get(vat);
          waiting.creations.delete(vat);
          if (creation !== undefined) creation.resolve(Object.freeze({ root, adminNode: this.facets.adminNode }));
          // Who asked was told that this vat was upgraded, and can never reach the new one.
          else D(device)['terminateVat']?.(vat, 'vatAdmin was upgraded while the vat was made');
        },
        finishUpgrade(outcome: Promise<number>): void {
          const kit = waiting.takeUpgrade(this.state.vat, this.state.upgrades);
          this.state.upgrades -= 1;
          kit?.resolve(outcome.then(incarnationNumber => Object.freeze({ incarnationNumber })));
        },
        /** Tells those who wait. */
        end(outcome: Promise<unknown>): void {
          const { vat } = this.state;
          waiting.provideEnding(vat).resolve(outcome);
          // A vat that ended before it had started was not made, whatever it said.
          waiting.creations.get(vat)?.resolve(outcome.then(() => Promise.reject(new Error('the vat exited while it was made'))));
          waiting.creations.delete(vat);
        },
        /** Keeps what it said for those who ask later. */
        remember(outcome: Ending['outcome'], info: unknown): void {
          this.state.ending = Object.freeze({ outcome, info: canBeDurable(info) ? info : NOT_KEPT });
          waiting.endings.delete(this.state.vat);
        },
      },
    },
  );

export type MakeWard = ReturnType<typeof prepareWards>;
export type Ward = ReturnType<MakeWard>['ward'];
