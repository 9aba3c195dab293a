/**
 * Compiles the check of a request when the first such request comes. To compile those of all routes at the start takes half a
 * second of CPU, and seconds on a small board, for routes that hardly anybody asks.
 */
import type { Ajv, AnySchema, ValidateFunction } from 'ajv';

export function compileWhenNeeded(ajv: Ajv): void {
  const compile = ajv.compile.bind(ajv) as (schema: AnySchema) => ValidateFunction;
  const compileLater = (schema: AnySchema) => {
    let check: ValidateFunction | undefined;
    const checkLater = (data: unknown) => {
      check ??= compile(schema);
      const isValid = check(data);
      // Where Fastify looks for them after a failure.
      checkLater.errors = check.errors;
      return isValid;
    };
    checkLater.errors = undefined as ValidateFunction['errors'];
    return checkLater;
  };
  ajv.compile = compileLater as Ajv['compile'];
}
