// The callback endpoint as one writes it in Go: net/http, crypto/rsa and go-sqlite3, with group
// commit. scripts/benchmark --peer go lets it take turns with the receiver.
//
// It verifies the same signature over the same bytes, checks the mandatory headers and members,
// recognises a repeated X-EXTERNAL-ID, and acknowledges a callback after its commit is durable. It
// keeps no status table, no feed with followers, no rejected requests, no log and no metrics: it is
// a yardstick for the cost of the line of a callback, not a product.
package main

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

const path = "/v1.0/debit/notify"

// One authentic callback that waits for its commit.
type submission struct {
	receivedAt  int64
	externalID  string
	timestamp   string
	signature   string
	body        []byte
	members     notification
	done        chan error
	isDuplicate bool
}

type notification struct {
	PartnerReference string `json:"originalPartnerReferenceNo"`
	Reference        string `json:"originalReferenceNo"`
	Status           string `json:"latestTransactionStatus"`
	Amount           struct {
		Value    string `json:"value"`
		Currency string `json:"currency"`
	} `json:"amount"`
}

type receiver struct {
	key       *rsa.PublicKey
	partnerID string
	queue     chan *submission
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.URL.Path != path {
		respond(w, 404, "4045600", "Not Found")
		return
	}
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		respond(w, 405, "4055600", "Method Not Allowed")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, request.Body, 65536))
	if err != nil {
		respond(w, 413, "4135600", "Request Entity Too Large")
		return
	}
	s := &submission{receivedAt: time.Now().UnixMilli(), body: body, done: make(chan error, 1)}
	s.externalID = request.Header.Get("X-EXTERNAL-ID")
	s.timestamp = request.Header.Get("X-TIMESTAMP")
	s.signature = request.Header.Get("X-SIGNATURE")
	if s.externalID == "" || s.timestamp == "" || s.signature == "" {
		respond(w, 400, "4005602", "Invalid Mandatory Field")
		return
	}
	if _, err := time.Parse(time.RFC3339, s.timestamp); err != nil {
		respond(w, 400, "4005601", "Invalid Field Format X-TIMESTAMP")
		return
	}
	if request.Header.Get("X-PARTNER-ID") != r.partnerID || !r.verifies(s) {
		respond(w, 401, "4015600", "Unauthorized. [Signature]")
		return
	}
	if err := json.Unmarshal(body, &s.members); err != nil {
		respond(w, 400, "4005600", "Bad Request")
		return
	}
	if s.members.Reference == "" || s.members.PartnerReference == "" || s.members.Status == "" {
		respond(w, 400, "4005602", "Invalid Mandatory Field")
		return
	}
	r.queue <- s
	if err := <-s.done; err != nil {
		respond(w, 500, "5005601", "Internal Server Error")
		return
	}
	w.Header().Set("X-EXTERNAL-ID", s.externalID)
	respond(w, 200, "2005600", "Successful")
}

// Whether the signature is over the body as it is, or over the minified body.
func (r *receiver) verifies(s *submission) bool {
	signature, err := base64.StdEncoding.DecodeString(s.signature)
	if err != nil {
		return false
	}
	if r.verify(s.body, s.timestamp, signature) {
		return true
	}
	var minified bytes.Buffer
	if json.Compact(&minified, s.body) != nil || bytes.Equal(minified.Bytes(), s.body) {
		return false
	}
	return r.verify(minified.Bytes(), s.timestamp, signature)
}

func (r *receiver) verify(body []byte, timestamp string, signature []byte) bool {
	digest := sha256.Sum256(body)
	text := "POST:" + path + ":" + hex.EncodeToString(digest[:]) + ":" + timestamp
	signed := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(r.key, crypto.SHA256, signed[:], signature) == nil
}

func respond(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-TIMESTAMP", time.Now().Format("2006-01-02T15:04:05-07:00"))
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"responseCode":"%s","responseMessage":"%s"}`, code, message)
}

const schema = `
CREATE TABLE IF NOT EXISTS callbacks (
	id INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, day INTEGER NOT NULL,
	external_id TEXT NOT NULL, signed_at TEXT NOT NULL, signature TEXT NOT NULL,
	body BLOB NOT NULL, UNIQUE (day, external_id));
CREATE TABLE IF NOT EXISTS payments (
	partner_reference TEXT PRIMARY KEY, reference TEXT NOT NULL, status TEXT NOT NULL,
	amount TEXT NOT NULL, callback_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS transitions (
	sequence INTEGER PRIMARY KEY AUTOINCREMENT, partner_reference TEXT NOT NULL,
	status TEXT NOT NULL, recorded_at INTEGER NOT NULL);`

// Commits what waits, together; everything that came meanwhile is in the next commit.
func (r *receiver) write(db *sql.DB) {
	for first := range r.queue {
		group := []*submission{first}
	collect:
		for len(group) < 512 {
			select {
			case next := <-r.queue:
				group = append(group, next)
			default:
				break collect
			}
		}
		err := commit(db, group)
		for _, s := range group {
			s.done <- err
		}
	}
}

func commit(db *sql.DB, group []*submission) error {
	write, err := db.Begin()
	if err != nil {
		return err
	}
	defer write.Rollback()
	callbacks, err := write.Prepare(`INSERT OR IGNORE INTO callbacks
		(received_at, day, external_id, signed_at, signature, body) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	payments, err := write.Prepare(`INSERT INTO payments VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (partner_reference) DO UPDATE SET status = excluded.status
		WHERE status <> excluded.status`)
	if err != nil {
		return err
	}
	transitions, err := write.Prepare(
		`INSERT INTO transitions (partner_reference, status, recorded_at) VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	for _, s := range group {
		day := (s.receivedAt + 7*3_600_000) / 86_400_000
		result, err := callbacks.Exec(
			s.receivedAt, day, s.externalID, s.timestamp, s.signature, s.body)
		if err != nil {
			return err
		}
		if count, _ := result.RowsAffected(); count == 0 {
			s.isDuplicate = true
			continue
		}
		id, _ := result.LastInsertId()
		m := s.members
		result, err = payments.Exec(
			m.PartnerReference, m.Reference, m.Status, m.Amount.Value, id)
		if err != nil {
			return err
		}
		if count, _ := result.RowsAffected(); count == 0 {
			continue
		}
		_, err = transitions.Exec(m.PartnerReference, m.Status, s.receivedAt)
		if err != nil {
			return err
		}
	}
	return write.Commit()
}

func publicKey(file string) (*rsa.PublicKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New(file + ": not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	rsaKey, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New(file + ": not an RSA key")
	}
	return rsaKey, nil
}

// Serves as the benchmark starts a receiver: `init --dir DIR`, then
// `serve --config DIR/config.json5 --set KEY=VALUE …`, of which two keys matter here.
func main() {
	arguments := os.Args[1:]
	if len(arguments) == 3 && arguments[0] == "init" {
		if err := os.MkdirAll(arguments[2], 0o755); err != nil {
			log.Fatal(err)
		}
		return
	}
	r := &receiver{queue: make(chan *submission, 4096)}
	var directory, address string
	for i := 1; i+1 < len(arguments); i += 2 {
		switch key, value, _ := strings.Cut(arguments[i+1], "="); {
		case arguments[i] == "--config":
			directory = filepath.Dir(arguments[i+1])
		case key == "notify.listen":
			address = value
		case key == "cashIn.clientId":
			r.partnerID = value
		}
	}
	key, err := publicKey(filepath.Join(directory, "cashin-public.pem"))
	if err != nil {
		log.Fatal(err)
	}
	r.key = key
	source := "file:" + filepath.Join(directory, "peer.db") +
		"?_journal_mode=WAL&_synchronous=FULL&_txlock=immediate"
	db, err := sql.Open("sqlite3", source)
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(schema); err != nil {
		log.Fatal(err)
	}
	go r.write(db)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	go func() { log.Fatal(http.Serve(listener, r)) }()
	<-ended
	db.Close()
}
