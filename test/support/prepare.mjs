/**
 * Makes a fresh clone ready to build and test: checks Node, installs what native modules need to
 * compile, the npm packages and (for the lab) Debian packages, and builds. Each step looks first
 * and does nothing when its work is done. Node's own modules only: nothing is installed yet.
 *
 *   node test/support/prepare.mjs [--lab] [--no-build]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OLDEST_NODE = [20, 19];

/** What compiling raw-socket (the one module without a prebuilt binary) needs. */
const COMPILER = [
  { name: 'python3', command: 'python3', why: 'node-gyp runs on it' },
  { name: 'make', command: 'make', why: 'compiles raw-socket' },
  { name: 'g++', command: 'g++', why: 'compiles raw-socket' },
];

/** What the lab needs. `when` leaves out what this machine can do without. */
export const LAB_PACKAGES = [
  {
    name: 'user-mode-linux',
    why: 'a kernel with IPVS for the lab, as this one has none',
    when: () => !hostHasIpvs(),
  },
  {
    name: 'gcc',
    why: 'compiles the shim that lets that kernel run on processors with large registers',
    when: () => !hostHasIpvs(),
  },
  {
    name: 'libc6-dev',
    why: 'headers for the same',
    when: () => !hostHasIpvs(),
  },
  { name: 'kmod', why: 'loads the IPVS modules' },
  { name: 'procps', why: 'sysctl, ps' },
  { name: 'iproute2', why: 'network namespaces, addresses, links' },
  { name: 'iputils-ping', why: 'asks whether an address answers' },
  { name: 'ipvsadm', why: 'shows the IPVS table, to compare with what is wanted' },
  { name: 'keepalived', why: 'the other side of the interoperability tests' },
  { name: 'iptables', why: 'packet marks and filters in the lab' },
  { name: 'nftables', why: 'the same, with nft' },
  { name: 'tcpdump', why: 'captures, printed when a scenario fails' },
  { name: 'curl', why: 'a client that is not ours' },
  { name: 'systemd', why: 'starts a machine with the units as they are shipped' },
  { name: 'openssl', why: 'certificates for SSL_GET' },
];

/**
 * @param {{ lab?: boolean, build?: boolean }} [options] `lab`: Debian packages for the lab too;
 *   `build: false`: stop before compiling.
 * @returns {{ lab: { ready: boolean, reason: string } }} whether the lab can run here, or why not.
 * @throws {Error} with a message for people when the project cannot be built on this machine.
 */
export function prepare({ lab = false, build: wantsBuild = true } = {}) {
  checkMachine();
  if (!npmPackagesAreThere()) {
    const missing = COMPILER.filter((p) => !runs(p.command, ['--version']));
    const refusal = missing.length > 0 ? installDebian(missing) : undefined;
    if (refusal) console.log(`Going on without ${names(missing)}: ${refusal}`);
    installNpmPackages();
  }
  if (wantsBuild) build();
  return { lab: lab ? prepareLab() : { ready: false, reason: 'not asked for' } };
}

/** Whether this machine's own kernel has IPVS, loaded or as a module. */
export function hostHasIpvs() {
  return existsSync('/proc/net/ip_vs') || runs('modprobe', ['-q', 'ip_vs']);
}

function checkMachine() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Error(
      `Node ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node}.`,
    );
  }
  if (process.platform !== 'linux') {
    throw new Error(`tandem runs on Linux only; this is ${process.platform}.`);
  }
}

// --- npm packages ---------------------------------------------------------------------------

/** Says for which lockfile and which Node node_modules was made. */
const stampFile = path.join(ROOT, 'node_modules', '.tandem-stamp');

function stamp() {
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'package.json', '.npmrc']) {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    hash.update(file === 'package.json' ? packagesOf(text) : text).update('\0');
  }
  // A native module is bound to Node's ABI, not to its version.
  return hash.update(`${process.versions.modules} ${process.arch}`).digest('hex');
}

/** The parts of package.json that decide what is in node_modules. */
function packagesOf(text) {
  const { dependencies, devDependencies, overrides, allowScripts } = JSON.parse(text);
  return JSON.stringify({ dependencies, devDependencies, overrides, allowScripts });
}

function npmPackagesAreThere() {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp()) return true;
  if (!installedByHand()) return false;
  writeFileSync(stampFile, stamp());
  return true;
}

/** Whether somebody's own `npm install` has already put there what the lockfile says. */
function installedByHand() {
  const installed = path.join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  for (const [name, { integrity, optional }] of Object.entries(wanted)) {
    if (name === '' || (optional && !present[name])) continue;
    if (present[name]?.integrity !== integrity) return false;
  }
  return nativeModulesLoad();
}

/** In a child, as each Node has to load them itself. */
function nativeModulesLoad() {
  const script = "for (const m of ['raw-socket', 'koffi', 'netlink']) require(m)";
  return runs(process.execPath, ['-e', script]);
}

function installNpmPackages() {
  console.log('Installing npm packages (npm ci): as package-lock.json says');
  // npm empties the folder first: one that several checkouts share by a link is another's.
  const folder = path.join(ROOT, 'node_modules');
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) unlinkSync(folder);
  const env = { ...process.env };
  // Headers beside this Node save node-gyp a download.
  const prefix = path.dirname(path.dirname(process.execPath));
  if (existsSync(path.join(prefix, 'include/node/node.h'))) env.npm_config_nodedir ??= prefix;
  run(...npm('ci'), { env, what: 'npm ci' });
  if (!nativeModulesLoad()) {
    throw new Error(
      'npm ci ended well, but raw-socket, koffi or netlink cannot be loaded: ' +
        'see "npm rebuild raw-socket --foreground-scripts".',
    );
  }
  writeFileSync(stampFile, stamp());
}

/** The npm that started us, else the one on the path. */
function npm(...args) {
  const self = process.env.npm_execpath;
  return self?.endsWith('.js') ? [process.execPath, [self, ...args]] : ['npm', args];
}

// --- Debian packages ------------------------------------------------------------------------

function prepareLab() {
  const wanted = LAB_PACKAGES.filter((p) => !p.when || p.when());
  const missing = wanted.filter((p) => !debianPackagesInstalled().has(p.name));
  const refusal = missing.length > 0 ? installDebian(missing) : undefined;
  if (refusal) return { ready: false, reason: `${refusal} (missing: ${names(missing)})` };
  if (process.getuid?.() !== 0) {
    return { ready: false, reason: 'the lab needs root: it makes network namespaces' };
  }
  return { ready: true, reason: '' };
}

/**
 * Installs Debian packages, having said which and why.
 *
 * @returns {string | undefined} why they cannot be installed here.
 */
function installDebian(packages) {
  console.log('Debian packages needed:');
  for (const p of packages) console.log(`  ${p.name.padEnd(16)} ${p.why}`);
  const byHand = `apt-get install --no-install-recommends ${names(packages)}`;
  if (!isDebian()) {
    console.log('This is neither Debian nor Ubuntu: please install what has these names there.');
    return 'Debian packages are missing on a system without apt';
  }
  if (process.getuid?.() !== 0) {
    console.log(`As root this would install them; please run:\n  sudo ${byHand}`);
    return 'Debian packages are missing and only root can install them';
  }
  if (!hasPackageLists() || !aptInstall(packages)) {
    console.log('Refreshing the package lists (apt-get update)');
    apt(['update', '-q']);
    if (!aptInstall(packages)) return `"${byHand}" failed: see its output above`;
  }
  installed = undefined;
  return undefined;
}

function aptInstall(packages) {
  // No recommends: keepalived's would bring a mail server's worth of others. None of these starts
  // a service that does anything: keepalived's unit needs a configuration, and there is none.
  return apt(['install', '-y', '-q', '--no-install-recommends', ...packages.map((p) => p.name)]);
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
  const options = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Dpkg::Use-Pty=0'];
  const result = spawnSync('apt-get', [...options, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status === 0) return true;
  process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  return false;
}

function hasPackageLists() {
  const lists = '/var/lib/apt/lists';
  return existsSync(lists) && readdirSync(lists).some((name) => /_Packages/.test(name));
}

let installed;

function debianPackagesInstalled() {
  if (installed) return installed;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const query = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Abbrev}\n'], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  installed = new Set();
  for (const line of (query.stdout ?? '').split('\n')) {
    const [name, status] = line.split(' ');
    if (status === 'ii' && name) installed.add(name);
  }
  return installed;
}

function isDebian() {
  if (!existsSync('/etc/os-release') || !runs('apt-get', ['--version'])) return false;
  const text = readFileSync('/etc/os-release', 'utf8');
  return /^(?:ID|ID_LIKE)=.*\b(?:debian|ubuntu)\b/m.test(text);
}

// --- helpers --------------------------------------------------------------------------------

const names = (packages) => packages.map((p) => p.name).join(' ');

/** Whether a command exists and succeeds. Prints nothing. */
function runs(command, args) {
  return spawnSync(command, args, { cwd: ROOT, stdio: 'ignore' }).status === 0;
}

function run(command, args, { env, what }) {
  const result = spawnSync(command, args, {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (result.error) throw new Error(`${what}: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${what} failed with exit code ${result.status}`);
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const { lab } = prepare({
      lab: process.argv.includes('--lab'),
      build: !process.argv.includes('--no-build'),
    });
    if (process.argv.includes('--lab') && !lab.ready) console.log(`No lab here: ${lab.reason}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
