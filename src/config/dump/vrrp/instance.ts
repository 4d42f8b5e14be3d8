/** VRRP instances as canonical text. */
import type { InstanceConfig } from '../../model/index.js';
import { virtualAddressBlock } from '../addresses.js';
import { garpLines } from '../global.js';
import { routeBlock } from '../routes.js';
import { ruleBlock } from '../rules.js';
import { block, flag, type Line, line, quote, seconds, yesNo } from '../text.js';
import { notifyLines } from './notify.js';
import { trackLines } from './tracking.js';
import { garpExtraLine, transportLines, type WriteSecret } from './transport.js';

export function instanceBlock(instance: InstanceConfig, secret: WriteSecret): Line {
  const { accept, timerExpiredBackup, kernelRxBufSize } = instance;
  return block(`vrrp_instance ${quote(instance.name)}`, instance.at, [
    line(instance, 'state', instance.state),
    ...flag(instance.interface !== '', instance, 'interface', quote(instance.interface)),
    line(instance, 'virtual_router_id', instance.virtualRouterId),
    line(instance, 'version', instance.version),
    line(instance, 'priority', instance.priority),
    line(instance, 'advert_int', seconds(instance.advertInterval)),
    line(instance, 'down_timer_adverts', instance.downTimerAdverts),
    ...flag(!instance.preempt, instance, 'nopreempt'),
    ...flag(instance.preemptDelay > 0, instance, 'preempt_delay', seconds(instance.preemptDelay)),
    ...(timerExpiredBackup === undefined
      ? []
      : [line(instance, 'timer_expired_backup', timerExpiredBackup)]),
    ...transportLines(instance, secret),
    ...flag(!instance.trackPrimary, instance, 'dont_track_primary'),
    ...trackLines(instance.tracks),
    yesNo(instance, 'strict_mode', instance.strict),
    line(instance, accept ? 'accept' : 'no_accept'),
    yesNo(instance, 'lower_prio_no_advert', instance.lowerPrioNoAdvert),
    yesNo(instance, 'higher_prio_send_advert', instance.higherPrioSendAdvert),
    yesNo(instance, 'owner_ignore_adverts', instance.ownerIgnoreAdverts),
    yesNo(instance, 'skip_check_adv_addr', instance.skipCheckAdvAddr),
    yesNo(instance, 'v3_checksum_as_v2', instance.v3ChecksumAsV2),
    ...garpLines(instance, 'garp_', instance.garp),
    garpExtraLine(instance),
    ...virtualAddressBlock('virtual_ipaddress', instance.virtualAddresses),
    ...virtualAddressBlock('virtual_ipaddress_excluded', instance.excludedAddresses),
    ...routeBlock('virtual_routes', instance.virtualRoutes),
    ...ruleBlock('virtual_rules', instance.virtualRules),
    ...flag(instance.allowNoAddress, instance, 'no_virtual_ipaddress'),
    ...flag(instance.promoteSecondaries, instance, 'promote_secondaries'),
    ...(kernelRxBufSize === undefined
      ? []
      : [line(instance, 'kernel_rx_buf_size', kernelRxBufSize)]),
    ...flag(instance.linkbeatPolling, instance, 'linkbeat_use_polling'),
    ...notifyLines(instance),
  ]);
}
