/** A heap of numbered things by price: `pop` gives the cheapest, of equals the one with the lowest number; -1 when empty. */
export const openHeap = (): { push: (price: number, index: number) => void; pop: () => number } => {
  const prices: number[] = [];
  const indices: number[] = [];
  const before = (i: number, j: number): boolean =>
    prices[i] < prices[j] || (prices[i] === prices[j] && indices[i] < indices[j]);
  const swap = (i: number, j: number): void => {
    [prices[i], prices[j]] = [prices[j], prices[i]];
    [indices[i], indices[j]] = [indices[j], indices[i]];
  };
  return {
    push: (price, index) => {
      let at = prices.push(price) - 1;
      indices.push(index);
      for (let up = (at - 1) >> 1; at > 0 && before(at, up); at = up, up = (at - 1) >> 1) swap(at, up);
    },
    pop: () => {
      if (indices.length === 0) return -1;
      swap(0, indices.length - 1);
      prices.pop();
      const top = indices.pop() as number;
      for (let at = 0; ;) {
        let least = at;
        for (const down of [2 * at + 1, 2 * at + 2]) if (down < indices.length && before(down, least)) least = down;
        if (least === at) return top;
        swap(at, least);
        at = least;
      }
    },
  };
};
