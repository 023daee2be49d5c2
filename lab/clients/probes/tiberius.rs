// One connection to SQL Server by tiberius. The request comes as JSON on standard input, the answer goes out as one line of
// JSON. With the argument "version" it says what it was built from.

use serde_json::{json, Value};
use tiberius::{Client, Config};
use tokio::net::TcpStream;
use tokio_util::compat::TokioAsyncWriteCompatExt;

const LOCK: &str = include_str!("Cargo.lock");

fn main() {
    if std::env::args().nth(1).as_deref() == Some("version") {
        let tls = if env!("CARGO_PKG_NAME").ends_with("-rustls") { "rustls" } else { "native-tls" };
        println!("tiberius {} ({tls} {})", version("tiberius"), version(tls));
        return;
    }
    let wanted: Value = serde_json::from_reader(std::io::stdin()).expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = match runtime.block_on(ask(&wanted)) {
        Ok(encrypted) => json!({"connected": true, "encrypted": encrypted}),
        Err(error) => json!({"connected": false, "text": error.to_string(), "code": kind(&error)}),
    };
    println!("{answer}");
}

async fn ask(wanted: &Value) -> tiberius::Result<bool> {
    let config = Config::from_ado_string(wanted["connection"].as_str().expect("a connection string"))?;
    let stream = TcpStream::connect(config.get_addr()).await?;
    stream.set_nodelay(true)?;
    let mut client = Client::connect(config, stream.compat_write()).await?;
    let question = wanted["question"].as_str().expect("a question");
    let row = client.query(question, &[]).await?.into_row().await?.expect("a row");
    Ok(row.get::<&str, _>(0) == Some("TRUE"))
}

// The kind of the error, by which programs tell one from another.
fn kind(error: &tiberius::error::Error) -> String {
    let shown = format!("{error:?}");
    shown.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_string()
}

// The version of a crate that Cargo has chosen, "local" for one in a directory, "" where it is not built in.
fn version(wanted: &str) -> String {
    let entry = LOCK.split("[[package]]").find(|entry| value(entry, "name") == wanted);
    match entry {
        Some(entry) if value(entry, "source").is_empty() => "local".to_string(),
        Some(entry) => value(entry, "version"),
        None => String::new(),
    }
}

fn value(entry: &str, key: &str) -> String {
    let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
    line.unwrap_or_default().trim_matches('"').to_string()
}
