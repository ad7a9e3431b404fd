// A button that opens a small layer below itself; Escape and a click elsewhere close it.
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Icon, type IconName } from './Icon';

interface Props {
  label: ReactNode;
  title: string;
  icon?: IconName;
  active?: boolean;
  plain?: boolean;
  children: (close: () => void) => ReactNode;
}

export function Popover({ label, title, icon, active = false, plain = false, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('keydown', escape);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('keydown', escape);
    };
  }, [open]);
  return (
    <div className="popover" ref={root}>
      <button
        ref={button}
        type="button"
        className={plain ? 'icon-button' : `button button-small${active ? ' is-active' : ''}`}
        title={title}
        aria-label={plain ? title : undefined}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {label}
        {!plain && <Icon name="down" size={12} />}
      </button>
      {open && (
        <div className="popover-layer" role="dialog" aria-label={title}>
          {children(() => setOpen(false))}
        </div>
      )}
    </div>
  );
}
