/** One thing that is wrong with the configuration: where, what, and the remedy. A warning does not stop the start. */
export interface Problem {
  /** Path of the field as one would write it in code: `clients[0].refresh.absoluteSeconds`. */
  path: string;
  message: string;
  severity: 'error' | 'warning';
}

export function error(path: string, message: string): Problem {
  return { path, message, severity: 'error' };
}

export function warning(path: string, message: string): Problem {
  return { path, message, severity: 'warning' };
}

export function describe({ path, message }: Problem): string {
  return path === '' ? message : `${path}: ${message}`;
}

/** What stands in the way of a start, in words. */
export function errorsAmong(problems: readonly Problem[]): string[] {
  return problems.filter(({ severity }) => severity === 'error').map(describe);
}

/** `clients`, 0, `apis`, `https://a` gives `clients[0].apis["https://a"]`. */
export function fieldPath(steps: readonly PropertyKey[]): string {
  return steps.reduce<string>((path, step) => {
    if (typeof step === 'number') return `${path}[${step}]`;
    const name = String(step);
    if (!/^[A-Za-z_$][\w$]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
    return path === '' ? name : `${path}.${name}`;
  }, '');
}
