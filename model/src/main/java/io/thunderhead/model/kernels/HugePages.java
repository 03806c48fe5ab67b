package io.thunderhead.model.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Zeroed memory that Linux is asked to back with pages of 2 MiB. Reading weights in 4 KiB pages spends more time on
/// address translation than on the weights where a virtual machine doubles every page table (docs/adr/0033).
final class HugePages {
    static final long PAGE_BYTES = 2 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(HugePages.class);

    // of <sys/mman.h>, alike on x86-64 and AArch64
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    private static final Optional<HugePages> LINUX = find();

    private final MethodHandle mmap;
    private final MethodHandle madvise;
    private final MethodHandle munmap;

    @SuppressWarnings("restricted") // three calls of the C library, with sizes that are checked here
    private HugePages(Linker linker) {
        SymbolLookup library = linker.defaultLookup();
        ValueLayout.OfInt cInt = ValueLayout.JAVA_INT;
        ValueLayout.OfLong cLong = ValueLayout.JAVA_LONG;
        this.mmap = linker.downcallHandle(
                library.findOrThrow("mmap"), FunctionDescriptor.of(cLong, cLong, cLong, cInt, cInt, cInt, cLong));
        this.madvise =
                linker.downcallHandle(library.findOrThrow("madvise"), FunctionDescriptor.of(cInt, cLong, cLong, cInt));
        this.munmap = linker.downcallHandle(library.findOrThrow("munmap"), FunctionDescriptor.of(cInt, cLong, cLong));
    }

    private static Optional<HugePages> find() {
        String arch = System.getProperty("os.arch");
        if (!System.getProperty("os.name").equals("Linux") || !(arch.equals("amd64") || arch.equals("aarch64"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new HugePages(Linker.nativeLinker()));
        } catch (RuntimeException e) {
            LOG.info("weights in pages of the usual size: {}", e.toString());
            return Optional.empty();
        }
    }

    /// Memory whose first `byteCount / 2 MiB` huge pages are asked for, freed with the arena; empty where there is no
    /// such call or no memory. What is never written takes no memory, but for the rest of a page.
    static Optional<MemorySegment> allocate(long byteCount, Arena arena) {
        return byteCount < PAGE_BYTES ? Optional.empty() : LINUX.flatMap(linux -> linux.map(byteCount, arena));
    }

    @SuppressWarnings("restricted")
    private Optional<MemorySegment> map(long byteCount, Arena arena) {
        long mappedBytes = byteCount + PAGE_BYTES;
        long address = mapped(mappedBytes);
        if (address < 0) {
            return Optional.empty();
        }
        long aligned = Math.ceilDiv(address, PAGE_BYTES) * PAGE_BYTES;
        // a kernel without huge pages refuses the advice, and the memory is as good as any
        call(madvise, aligned, byteCount / PAGE_BYTES * PAGE_BYTES, MADV_HUGEPAGE);
        return Optional.of(MemorySegment.ofAddress(aligned)
                .reinterpret(byteCount, arena, segment -> call(munmap, address, mappedBytes)));
    }

    /// A negative address is an error's number.
    private long mapped(long byteCount) {
        try {
            return (long) mmap.invokeExact(0L, byteCount, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void call(MethodHandle function, Object... arguments) {
        try {
            Object _ = function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError("a call of the C library threw", e);
        }
    }
}
