package io.thunderhead.coordinator.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.thunderhead.core.error.ErrorCode;
import io.thunderhead.core.error.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PdfTextTest {
    @Test
    void readsPagesInOrder() throws IOException {
        PdfText read = PdfText.of(pdf("", "The passkey is 40517.", "The end."));
        assertThat(read.pages()).isEqualTo(2);
        assertThat(read.text().lines()).containsExactly("The passkey is 40517.", "The end.");
    }

    @Test
    void refusesWhatHasNoText() throws IOException {
        byte[] empty = pdf("", "");
        assertRefused(empty, "has no text");
    }

    @Test
    void refusesALockedFile() throws IOException {
        byte[] locked = pdf("secret", "The passkey is 40517.");
        assertRefused(locked, "cannot be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello", "%PDF-1.7\n%%EOF"})
    void refusesWhatIsNoPdf(String text) {
        assertRefused(text.getBytes(StandardCharsets.UTF_8), "cannot be read");
    }

    @Test
    void refusesAFileThatWasCutOff() throws IOException {
        byte[] whole = pdf("", "The passkey is 40517.");
        assertRefused(Arrays.copyOf(whole, whole.length / 4), "cannot be read");
    }

    private static void assertRefused(byte[] file, String problem) {
        assertThatThrownBy(() -> PdfText.of(file))
                .isInstanceOfSatisfying(
                        ServingException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                .hasMessageContaining(problem);
    }

    private static byte[] pdf(String password, String... pages) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (PDDocument document = new PDDocument()) {
            for (String text : pages) {
                PDPage page = new PDPage();
                document.addPage(page);
                try (PDPageContentStream content = new PDPageContentStream(document, page)) {
                    content.beginText();
                    content.setFont(new PDType1Font(FontName.HELVETICA), 12);
                    content.newLineAtOffset(50, 700);
                    content.showText(text);
                    content.endText();
                }
            }
            if (!password.isEmpty()) {
                document.protect(new StandardProtectionPolicy(password, password, new AccessPermission()));
            }
            document.save(out);
        }
        return out.toByteArray();
    }
}
