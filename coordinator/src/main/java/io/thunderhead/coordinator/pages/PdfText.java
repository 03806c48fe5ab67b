package io.thunderhead.coordinator.pages;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import io.thunderhead.core.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;

/// What a PDF says, page after page.
record PdfText(int pages, String text) {
    private static final int PAGES_MAX = 5000;
    private static final int CHARS_MAX = 16 << 20;
    private static final Duration TIME_MAX = Duration.ofSeconds(60);

    /// Throws INVALID_REQUEST for what is no readable PDF or has no text, REQUEST_TOO_LARGE for one that is too long.
    static PdfText of(byte[] pdf) {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return read(document);
        } catch (IOException | RuntimeException e) { // hostile files break the parser in many ways
            if (e instanceof ServingException known) {
                throw known;
            }
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the PDF cannot be read: " + e.getMessage(), e);
        }
    }

    private static PdfText read(PDDocument document) throws IOException {
        int pages = document.getNumberOfPages();
        check(pages <= PAGES_MAX, "expected at most " + PAGES_MAX + " pages, got " + pages);
        Deadline deadline = Deadline.after(TIME_MAX);
        PDFTextStripper stripper = new PDFTextStripper();
        StringBuilder text = new StringBuilder();
        for (int page = 1; page <= pages; page++) {
            stripper.setStartPage(page);
            stripper.setEndPage(page);
            text.append(stripper.getText(document));
            check(text.length() <= CHARS_MAX, "expected at most " + CHARS_MAX + " characters");
            check(!deadline.expired(), "reading it took longer than " + TIME_MAX.toSeconds() + " s, at page " + page);
        }
        if (text.toString().isBlank()) {
            throw new ServingException(ErrorCode.INVALID_REQUEST, "the PDF has no text; pictures of text are not read");
        }
        return new PdfText(pages, text.toString().strip());
    }

    private static void check(boolean fits, String problem) {
        if (!fits) {
            throw new ServingException(ErrorCode.REQUEST_TOO_LARGE, "the PDF is too long: " + problem);
        }
    }
}
