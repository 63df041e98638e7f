import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** Syslog over TLS with octet counting (RFC 5425) by JSSE: each message is a line of the file before the next is read. */
public final class JsseReceiver {
  private static FileOutputStream out;

  public static void main(String[] args) throws Exception {
    char[] password = "trailferry".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file = new FileInputStream(args[1])) {
      store.load(file, password);
    }
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    out = new FileOutputStream(args[2], true);
    try (var server = context.getServerSocketFactory()
        .createServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getLoopbackAddress())) {
      for (;;) {
        Socket socket = server.accept();
        Thread thread = new Thread(() -> serve(socket));
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  private static void serve(Socket socket) {
    try (socket; InputStream in = new BufferedInputStream(socket.getInputStream(), 65536)) {
      for (int length = length(in); length >= 0; length = length(in)) {
        byte[] message = in.readNBytes(length);
        if (message.length < length) return;
        byte[] line = java.util.Arrays.copyOf(message, length + 1);
        line[length] = '\n';
        synchronized (JsseReceiver.class) {
          out.write(line);
        }
      }
    } catch (IOException broken) {
      // What was whole is written; the sender knows that this connection was not answered.
    }
  }

  /** Length of the next frame; -1 at the end. */
  private static int length(InputStream in) throws IOException {
    int length = 0;
    for (int digit = in.read(); digit != ' '; digit = in.read()) {
      if (digit < '0' || digit > '9') return -1;
      length = 10 * length + digit - '0';
    }
    return length;
  }
}
