/**
 * What keepalived's dumps tell of a configuration and the VRRP engine need not know: values and
 * finished texts, made once a configuration. No secret is among them.
 */
export interface DumpSettings {
  readonly files: DumpFiles;
  /** What each data file begins with. */
  readonly globals: readonly string[];
  readonly instances: ReadonlyMap<string, InstanceFacts>;
  readonly groups: readonly GroupFacts[];
  readonly scripts: readonly ScriptFacts[];
  readonly trackFiles: readonly TrackFileFacts[];
  readonly trackProcesses: readonly TrackProcessFacts[];
}

/** Where dumps are written. */
export interface DumpFiles {
  /** Of SIGUSR1, three, of SIGUSR2 and of the signal for JSON: whole paths. */
  readonly state: string;
  readonly parent: string;
  readonly check: string;
  readonly stats: string;
  readonly json: string;
  readonly jsonVersion: 1 | 2;
  /** Permission bits that the files do not get. */
  readonly umask: number;
}

/** Texts of an instance's scripts: `'/bin/x' 'argument'`, and who runs them. */
export interface ScriptText {
  readonly command: string;
  /** `uid:gid`, as far as it is known. */
  readonly owner: string;
}

export interface NotifyFacts {
  readonly backup?: ScriptText;
  readonly master?: ScriptText;
  readonly fault?: ScriptText;
  readonly stop?: ScriptText;
  readonly deleted?: ScriptText;
  readonly any?: ScriptText;
  readonly masterRxLowerPri?: ScriptText;
  readonly mail: boolean;
  readonly tellDeleted: boolean;
  readonly priorityChanges: boolean;
}

/** A tracked thing with the weight that it has for one instance. */
export interface TrackFacts {
  readonly name: string;
  readonly weight: number;
  readonly reverse: boolean;
}

export interface InstanceFacts {
  readonly name: string;
  readonly family: 4 | 6;
  readonly trackPrimary: boolean;
  readonly skipCheckAddresses: boolean;
  readonly strict: boolean;
  readonly vmacName: string;
  readonly multicastGroup: string;
  readonly sourceIsConfigured: boolean;
  /** Microseconds, and packets. */
  readonly garp: {
    readonly masterDelay: number;
    readonly masterRepeat: number;
    readonly masterRefresh: number;
    readonly masterRefreshRepeat: number;
    readonly lowerPrioDelay: number;
    readonly lowerPrioRepeat: number;
  };
  readonly lowerPrioNoAdvert: boolean;
  readonly higherPrioSendAdvert: boolean;
  readonly downTimerAdverts: number;
  readonly accept: boolean;
  readonly promoteSecondaries: boolean;
  /** Microseconds. */
  readonly preemptDelay: number;
  readonly authType: 'none' | 'PASS' | 'AH';
  readonly unicast?: {
    readonly ttl: number;
    readonly checkSource: boolean;
    readonly peers: readonly {
      readonly address: string;
      readonly minTtl: number;
      readonly maxTtl: number;
    }[];
  };
  /** As `ADDRESS/LENGTH dev IF scope global …`. */
  readonly addresses: readonly string[];
  readonly excluded: readonly string[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly interfaces: readonly TrackFacts[];
  readonly scripts: readonly (TrackFacts & { readonly command: string })[];
  readonly files: readonly TrackFacts[];
  readonly processes: readonly (TrackFacts & { readonly program: string })[];
  readonly notify: NotifyFacts;
}

export interface GroupFacts {
  readonly name: string;
  readonly members: readonly string[];
  readonly notify: NotifyFacts;
}

export interface ScriptFacts {
  readonly name: string;
  readonly script: ScriptText;
  /** Microseconds. */
  readonly interval: number;
  readonly timeout: number;
  readonly weight: number;
  readonly rise: number;
  readonly fall: number;
}

export interface TrackFileFacts {
  readonly name: string;
  readonly path: string;
  readonly weight: number;
}

export interface TrackProcessFacts {
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly match: 'none' | 'exact' | 'partial' | 'initial';
  readonly min: number;
  readonly max?: number;
  readonly weight: number;
  /** Microseconds. */
  readonly terminateDelay: number;
  readonly forkDelay: number;
  readonly fullCommand: boolean;
}
