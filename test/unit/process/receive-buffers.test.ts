/** The sizes are those of keepalived's vrrp_rx_bufs_policy; `test/process/receive-buffers.test.ts` asks it. */
import assert from 'node:assert/strict';
import { vrrpSettings } from '../../../src/process/settings.js';
import { instanceText, loadGood } from '../config/support.js';

function buffers(lines: string, globals = '') {
  const text = `${globals === '' ? '' : `global_defs {\n${globals}\n}\n`}${instanceText(lines)}`;
  return vrrpSettings(loadGood(text)).receiveBuffers;
}

describe('process/receive-buffers', () => {
  it('are the usual ones where nothing is said, or 0', () => {
    assert.equal(buffers(''), undefined);
    assert.equal(buffers('kernel_rx_buf_size 0', 'vrrp_rx_bufs_multiplier 7'), undefined);
  });

  it('MTU: three times that, or as many as are given', () => {
    assert.deepEqual(buffers('', 'vrrp_rx_bufs_policy MTU'), { VI_1: { bytes: 0, mtus: 3 } });
    const globals = 'vrrp_rx_bufs_policy mtu\nvrrp_rx_bufs_multiplier 10';
    assert.deepEqual(buffers('', globals), { VI_1: { bytes: 0, mtus: 10 } });
  });

  it('ADVERT: what an advert takes, of IPv4 with its header', () => {
    const globals = 'vrrp_rx_bufs_policy ADVERT\nvrrp_rx_bufs_multiplier 100';
    const bytes = (lines: string) => buffers(lines, globals)?.['VI_1']?.bytes;
    const one = bytes('') as number;
    assert.equal(one, 100 * (20 + 8 + 8 + 4));
    assert.equal(bytes('version 3'), one - 800);
  });

  it('a number is for each instance, not multiplied; kernel_rx_buf_size is the one that counts', () => {
    const globals = 'vrrp_rx_bufs_policy 40000\nvrrp_rx_bufs_multiplier 10';
    assert.deepEqual(buffers('', globals), { VI_1: { bytes: 40_000, mtus: 0 } });
    const own = { VI_1: { bytes: 50_000, mtus: 0 } };
    assert.deepEqual(buffers('kernel_rx_buf_size 50000', globals), own);
    assert.deepEqual(buffers('kernel_rx_buf_size 50000', 'vrrp_rx_bufs_policy MTU'), own);
  });
});
