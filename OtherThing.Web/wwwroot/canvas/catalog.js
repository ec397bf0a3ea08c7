// What the canvas knows of step types: the server's catalog, and how a step's config reads in one line.

import look from './look.js';

export class Catalog {
  #types;
  #fresh = {};

  constructor(types) {
    this.#types = new Map(types.map(type => [type.name, type]));
  }

  /** What one can add; placeholders only come by import. */
  get all() { return [...this.#types.values()].filter(type => !type.isPlaceholder); }

  type(name) { return this.#types.get(name); }

  /** What new steps begin with in this workspace, by type, where that differs from what the server's catalog says. */
  begin(configs) { this.#fresh = configs ?? {}; }

  /** The config of a step that is added now; times are meant where the person is. */
  fresh(name) {
    const config = this.#fresh[name] ?? this.#types.get(name)?.fresh ?? {};
    return 'timezone' in config ? { ...config, timezone: ownZone() } : config;
  }

  kind(step) { return this.#types.get(step.type)?.kind ?? 'data'; }

  /** The name of a step's shape: its type's own, else its family's. */
  icon(step) { return step.type in look.icons ? step.type : this.kind(step); }

  title(step) { return this.#types.get(step.type)?.title ?? step.type; }

  isContainer(step) { return this.#types.get(step.type)?.isContainer === true; }

  hasInput(step) { return this.#types.get(step.type)?.isTrigger !== true; }

  /** The ports a step can be left by; the list in the config named by portsFrom comes before the fixed ones. */
  ports(step) {
    const type = this.#types.get(step.type);
    const own = type?.ports ?? ['out'];
    const cases = type?.portsFrom ? step.config?.[type.portsFrom] : null;
    const named = Array.isArray(cases) ? cases.map(each => typeof each === 'string' ? each : JSON.stringify(each)) : [];
    const ports = [...new Set(type?.isPlaceholder && named.length ? named : [...named, ...own])];
    return step.onError === 'branch' && !ports.includes('error') ? [...ports, 'error'] : ports;
  }

  summary(step) {
    const config = step.config ?? {};
    switch (step.type) {
      case 'ai.chat': return join(' · ', config.model || config.provider, config.prompt);
      case 'http.request': return join(' ', config.method || 'GET', String(config.url ?? '').replace(/^https?:\/\//, ''));
      case 'logic.if': return text(config.condition);
      case 'logic.loop': return join(' ', 'while', config.while);
      case 'logic.map': return join(' ', 'each of', config.items);
      case 'logic.wait': return config.seconds != null ? `${text(config.seconds)} s` : text(config.until);
      case 'trigger.manual':
        return Array.isArray(config.fields) && config.fields.length ? config.fields.map(field => field?.name).join(', ') : 'any input';
      case 'placeholder': return join(': ', config.source, config.type);
      case 'trigger.schedule': return join(' ', config.cron, config.timezone);
      case 'trigger.webhook': return join(
        ', ', config.respond === 'output' ? 'answers with the output' : 'answers at once', config.secret ? 'signed' : 'unsigned');
      case 'human.approval': case 'task.create': return text(config.title);
      case 'node.command': return Array.isArray(config.command) && config.command.length ? config.command.join(' ') : text(config.script);
      default: return text(Object.values(config).find(value => value !== null && value !== ''));
    }
  }
}

const ownZone = () => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone && zone !== 'Etc/Unknown' ? zone : 'UTC';
};

const text = value => value == null ? '' : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200).replace(/\s+/g, ' ').trim();

const join = (separator, ...parts) => parts.map(text).filter(part => part).join(separator);
