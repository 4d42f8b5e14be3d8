/** The large configurations of the benchmark. */

/** The example of sequences in keepalived.conf(5): 8 interfaces of 32 VLANs of 254 instances. */
export function sequenceText() {
  const own = (name) => `$\{${name}}`;
  const id = `${own('IF')}.${own('NUM')}.${own('ID')}`;
  const lines = instance(own('IF'), own('NUM'), own('ID'), `$\{_PWD}/679/track_files/4.${id}`);
  const body = lines.map((line, i) => (i < lines.length - 1 ? `${line} \\` : line)).join('\n');
  return `$VI4= \\\n${body}\n\n~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) $VI4\n`;
}

/** The same instances, each written out. */
export function instancesText() {
  const parts = [];
  for (let bond = 0; bond < 8; bond++) {
    for (let vlan = 0; vlan < 32; vlan++) {
      for (let id = 1; id <= 254; id++) {
        const file = `/etc/keepalived/679/track_files/4.${bond}.${vlan}.${id}`;
        parts.push(instance(bond, vlan, id, file).join('\n'));
      }
    }
  }
  return `${parts.join('\n')}\n`;
}

function instance(bond, vlan, id, file) {
  return [
    `track_file offset_instance_4.${bond}.${vlan}.${id} {`,
    `    file "${file}"`,
    '    weight -100',
    '}',
    `vrrp_instance vrrp4.${bond}.${vlan}.${id} {`,
    `    interface bond${bond}.${vlan}`,
    `    use_vmac vrrp4.${bond}.${vlan}.${id}`,
    `    virtual_router_id ${id}`,
    '    priority 130',
    '    virtual_ipaddress {',
    `        10.${bond}.${vlan}.${id}/24`,
    '    }',
    '    track_file {',
    `        offset_instance_4.${bond}.${vlan}.${id}`,
    '    }',
    '}',
  ];
}

/** 2,000 virtual servers with 50 real servers each, each with a TCP_CHECK. */
export function servicesText() {
  const parts = [];
  for (let service = 0; service < 2000; service++) {
    parts.push(
      `virtual_server 10.${service >> 8}.${service & 255}.1 80 {`,
      '    delay_loop 6',
      '    lvs_sched rr',
      '    lvs_method NAT',
      '    protocol TCP',
    );
    for (let server = 1; server <= 50; server++) {
      parts.push(
        `    real_server 172.${16 + (service >> 8)}.${service & 255}.${server} 80 {`,
        '        weight 1',
        '        TCP_CHECK {',
        '            connect_timeout 3',
        '        }',
        '    }',
      );
    }
    parts.push('}');
  }
  return `${parts.join('\n')}\n`;
}
