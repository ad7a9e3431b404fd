// Light or dark: the system's choice unless the reader made one.
import { useEffect, useState } from 'react';
import { useStored } from './stored';

export type ThemeChoice = 'auto' | 'light' | 'dark';
export type Theme = 'light' | 'dark';

const kChoices: readonly ThemeChoice[] = ['auto', 'light', 'dark'];
const system = matchMedia('(prefers-color-scheme: dark)');

export function useTheme(): { choice: ThemeChoice; theme: Theme; cycle: () => void } {
  const [choice, setChoice] = useStored<ThemeChoice>('aion-theme', 'auto', (text) => kChoices.find((c) => c === text));
  const [systemDark, setSystemDark] = useState(system.matches);
  useEffect(() => {
    const follow = () => setSystemDark(system.matches);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, []);
  const theme: Theme = choice === 'auto' ? (systemDark ? 'dark' : 'light') : choice;
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const cycle = () => setChoice(kChoices[(kChoices.indexOf(choice) + 1) % kChoices.length]!);
  return { choice, theme, cycle };
}
