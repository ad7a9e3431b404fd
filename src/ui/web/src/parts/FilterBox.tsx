import { Icon } from './Icon';

interface Props {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
}

export function FilterBox({ value, onChange, placeholder }: Props) {
  return (
    <label className="field filter-box">
      <Icon name="search" />
      <input
        type="search"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder={placeholder}
        aria-label={placeholder}
        spellCheck={false}
      />
    </label>
  );
}
