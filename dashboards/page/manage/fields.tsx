/** Labelled fields of the forms for parks, sites and devices. */
interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly isOptional?: boolean;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly id?: string;
}

export function TextField({ label, value, onInput, isOptional, maxLength = 100, pattern, id }: TextFieldProps) {
  return (
    <label>
      {label}
      <input
        id={id}
        value={value}
        required={!isOptional}
        maxLength={maxLength}
        pattern={pattern}
        autocomplete="off"
        autocapitalize={pattern === undefined ? undefined : 'none'}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

export const SLUG_PATTERN = '[a-z0-9\\-]{1,64}';

interface NumberFieldProps {
  readonly label: string;
  /** The typed text; empty: none. */
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly min: number;
  readonly max: number;
  readonly step?: number | 'any';
  readonly isRequired?: boolean;
}

export function NumberField({ label, value, onInput, min, max, step = 1, isRequired }: NumberFieldProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        inputMode="decimal"
        value={value}
        min={min}
        max={max}
        step={step}
        required={isRequired}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

export interface OptionGroup {
  /** Label of a group; absent: the options are not grouped. */
  readonly label?: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}

interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly groups: readonly OptionGroup[];
  readonly onChoose: (value: string) => void;
}

export function SelectField({ label, value, groups, onChoose }: SelectFieldProps) {
  const options = (all: OptionGroup['options']) =>
    all.map(([name, text]) => (
      <option key={name} value={name}>
        {text}
      </option>
    ));
  return (
    <label>
      {label}
      <select aria-label={label} value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {groups.map((group) =>
          group.label === undefined ? (
            options(group.options)
          ) : (
            <optgroup key={group.label} label={group.label}>
              {options(group.options)}
            </optgroup>
          ),
        )}
      </select>
    </label>
  );
}
