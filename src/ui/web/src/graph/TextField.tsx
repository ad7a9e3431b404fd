// A text field that is taken over on Enter or on leaving it, and says when its text means nothing.
import { useEffect, useState, type ReactNode } from 'react';

interface Props {
  text: string;
  label: string;
  placeholder?: string;
  width: string;
  // Returns false when the text cannot be read; the field then keeps it and is marked.
  onCommit: (text: string) => boolean;
  before?: ReactNode;
  after?: ReactNode;
}

export function TextField({ text, label, placeholder, width, onCommit, before, after }: Props) {
  const [draft, setDraft] = useState(text);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setDraft(text);
    setWrong(false);
  }, [text]);
  const commit = () => {
    if (draft.trim() === text) {
      setWrong(false);
      return;
    }
    setWrong(!onCommit(draft.trim()));
  };
  return (
    <div className={`field${wrong ? ' is-wrong' : ''}`}>
      {before}
      <input
        type="text"
        value={draft}
        style={{ width }}
        aria-label={label}
        aria-invalid={wrong}
        title={label}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setDraft(text);
        }}
      />
      {after}
    </div>
  );
}
