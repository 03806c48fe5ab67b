package io.thunderhead.tornado.cuda;

import java.util.IdentityHashMap;

/// Where arrays that stay on a device lie there. Filled by a task ([CudaTasks#locate]), read afterwards.
public final class Addresses {
    private final IdentityHashMap<Object, Long> byArray = new IdentityHashMap<>();

    synchronized void put(Object array, long address) {
        byArray.put(array, address);
    }

    /// Of the array's first element.
    public synchronized long of(Object array) {
        Long address = byArray.get(array);
        if (address == null) {
            throw new IllegalArgumentException("device: expected an array that was located");
        }
        return address;
    }
}
