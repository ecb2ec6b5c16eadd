/** The tables of devices, of named bundles, and of vats that vats have made. */
import type { KernelDeviceRef } from '@cooperage/protocol/refs';
import test from 'ava';
import { BUNDLE, cachedAndStored, ko, makeStore, v } from './sample.ts';

test('a device, its nodes and what it remembers are read back as they were written', t => {
  const store = makeStore();
  const { devices, deviceNodes, deviceState, deviceStateSlots } = store.tables;
  const node = (number: number, kind: string, id: string) => ({
    kref: `kd${number}` as KernelDeviceRef,
    device: 'box',
    kind,
    id,
  });
  cachedAndStored(
    store,
    () => {
      devices.put({ device: 'box', parametersBody: '#{"a":"\u00e9"}' });
      devices.put({ device: 'abacus', parametersBody: '#0' });
      deviceNodes.put(node(100, 'bundle', 'b1 x'));
      deviceNodes.put(node(30, 'root', ''));
      deviceState.put({ device: 'box', key: 'b key', entry: 2, body: '#"$0"' });
      deviceState.put({ device: 'box', key: 'a', entry: 1, body: '#""' });
      deviceStateSlots.put(2, [ko(20)]);
    },
    when => {
      t.deepEqual(
        devices.list().map(({ device }) => device),
        ['abacus', 'box'],
        when,
      );
      t.deepEqual(devices.find('box'), { device: 'box', parametersBody: '#{"a":"\u00e9"}' }, when);
      t.deepEqual(deviceNodes.findByName({ device: 'box', kind: 'bundle', id: 'b1 x' }), node(100, 'bundle', 'b1 x'), when);
      t.is(deviceNodes.findByName({ device: 'abacus', kind: 'root', id: '' }), undefined, when);
      t.deepEqual(
        deviceNodes.list().map(({ kref }) => kref as string),
        ['kd30', 'kd100'],
        when,
      );
      t.deepEqual(deviceState.find('box', 'b key'), { device: 'box', key: 'b key', entry: 2, body: '#"$0"' }, when);
      t.deepEqual(deviceState.listKeys('box'), ['a', 'b key'], when);
      t.deepEqual(deviceStateSlots.get(2), [ko(20)], when);
      t.deepEqual(
        { ...store.query('SELECT holder_kind, holder, detail FROM holders')[0] },
        {
          holder_kind: 'device state',
          holder: 'box',
          detail: 'b key',
        },
      );
    },
  );
  store.close();
});

test('the first vat that is to end is found, until it has none to tell', t => {
  const store = makeStore();
  const { dynamicVats, bundleNames } = store.tables;
  cachedAndStored(
    store,
    () => {
      dynamicVats.put({ vat: v(10), watcher: ko(21), verdictBody: '#"later"' });
      dynamicVats.put({ vat: v(2), watcher: ko(20), verdictBody: '#"enough"' });
      dynamicVats.put({ vat: v(1), watcher: null, verdictBody: null });
      bundleNames.put({ name: 'worker', bundle: BUNDLE });
    },
    when => {
      t.deepEqual(dynamicVats.findCondemned(), { vat: v(2), watcher: ko(20), verdictBody: '#"enough"' }, when);
      t.deepEqual(
        dynamicVats.list().map(({ vat }) => vat as string),
        ['v1', 'v2', 'v10'],
        when,
      );
      t.deepEqual(bundleNames.find('worker'), { name: 'worker', bundle: BUNDLE }, when);
      t.deepEqual(bundleNames.list(), [{ name: 'worker', bundle: BUNDLE }], when);
      t.deepEqual(
        store.query('SELECT kref FROM holders ORDER BY kref').map(({ kref }) => kref),
        ['ko20', 'ko21'],
        when,
      );
    },
  );
  store.close();
});
