import { createContext, useContext } from 'react';

// Whether times are shown in the browser's zone instead of UTC.
export const LocalTime = createContext(false);
export const useLocalTime = () => useContext(LocalTime);
