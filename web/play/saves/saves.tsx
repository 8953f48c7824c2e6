export function Saves() {
  return null;
}
