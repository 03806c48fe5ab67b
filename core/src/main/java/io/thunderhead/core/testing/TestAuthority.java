package io.thunderhead.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// A certificate authority made by the running JDK's keytool; its files are PEM, as nodes and clients read them.
public final class TestAuthority {
    private static final String PASSWORD = "changeit";
    private static final String SIGNER = "ca";

    private final Path folder;
    private final Path store;
    private final Path certificate;
    private int issued;

    private TestAuthority(Path folder) {
        this.folder = folder;
        this.store = folder.resolve("store.p12");
        this.certificate = folder.resolve("ca.crt");
    }

    /// @param folder where its files are written
    public static TestAuthority create(Path folder) {
        TestAuthority authority = new TestAuthority(folder);
        authority.generate(SIGNER, "CN=Test CA", "bc:c");
        authority.write(authority.certificate, List.of(authority.chain(SIGNER)[0]));
        return authority;
    }

    /// The authority's own certificate, for those who shall trust it.
    public Path certificate() {
        return certificate;
    }

    /// For clients of the JDK.
    public SSLContext trust() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(SIGNER, chain(SIGNER)[0]);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A certificate, valid from yesterday on, for one that is reached under these names.
    ///
    /// @param names subject alternative names as keytool writes them, with commas: `dns:localhost,ip:127.0.0.1`
    public Issued issue(String names) {
        return issue(names, "-startdate", "-1d");
    }

    /// For a server of the JDK that is reached under these names.
    public SSLContext serve(String names) {
        issue(names);
        String alias = "node" + (issued - 1);
        char[] password = PASSWORD.toCharArray();
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            own.setKeyEntry(alias, keys().getKey(alias, password), password, chain(alias));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(own, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(factory.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// As [#issue], but its time is over.
    public Issued issueExpired(String names) {
        return issue(names, "-startdate", "-10d", "-validity", "5");
    }

    private Issued issue(String names, String... options) {
        String alias = "node" + issued++;
        List<String> all = new ArrayList<>(List.of("-signer", SIGNER));
        all.addAll(Arrays.asList(options));
        generate(alias, "CN=" + alias, "san=" + names, all.toArray(String[]::new));
        Path chain = folder.resolve(alias + ".crt");
        Path key = folder.resolve(alias + ".key");
        write(chain, Arrays.asList(chain(alias)));
        writeKey(key, alias);
        return new Issued(chain, key);
    }

    private void generate(String alias, String name, String extension, String... options) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                alias,
                "-dname",
                name,
                "-ext",
                extension,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(Arrays.asList(options));
        try {
            Path output = folder.resolve("keytool.log");
            Process keytool = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IllegalStateException("keytool failed: " + Files.readString(output));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while keytool ran", e);
        }
    }

    private Certificate[] chain(String alias) {
        try {
            return keys().getCertificateChain(alias);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(Path file, List<Certificate> certificates) {
        try {
            StringBuilder text = new StringBuilder();
            for (Certificate each : certificates) {
                text.append(pem("CERTIFICATE", each.getEncoded()));
            }
            Files.writeString(file, text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeKey(Path file, String alias) {
        try {
            Key key = keys().getKey(alias, PASSWORD.toCharArray());
            Files.writeString(file, pem("PRIVATE KEY", key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private KeyStore keys() throws GeneralSecurityException {
        try {
            return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + type
                + "-----\n";
    }

    /// @param chain PEM file of a certificate and those that sign it
    /// @param key PEM file of its private key
    public record Issued(Path chain, Path key) {}
}
